"""An applicant's number and phone are checked, sealed and found again."""

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.data.sealed import blind_index
from core.people.identity import Mistyped
from core.people.person import PersonColumns

NUMBER, ARABIC = "29001011234564", "٢٩٠٠١٠١١٢٣٤٥٦٤"


class OwnBase(DeclarativeBase):
    pass


class Witness(PersonColumns, OwnBase):
    __tablename__ = "story_witness"
    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def witness(ground, governorate):
    with ground.session(governorate):
        yield Witness(name="سعاد")


def test_a_number_typed_in_arabic_digits_is_sealed_masked_and_found(witness):
    assert witness.set_identity(ARABIC) == ()
    assert (witness.identity, witness.identity_masked) == (NUMBER, "2********…4564")
    assert witness.identity_index == blind_index("identity", NUMBER)
    assert NUMBER.encode() not in witness.identity_sealed


def test_a_doubtful_last_digit_is_kept_with_a_warning(witness):
    assert len(witness.set_identity(NUMBER[:13] + "7")) == 1
    assert witness.identity.endswith("7")


def test_a_wrong_number_changes_nothing(witness):
    witness.set_identity(NUMBER)
    for typed in ("123", "4" + NUMBER[1:]):
        with pytest.raises(Mistyped):
            witness.set_identity(typed)
    assert witness.identity == NUMBER


def test_a_passport_is_only_cleaned_and_nothing_is_nothing(witness):
    witness.set_identity(" a 123٤ ", kind="passport")
    assert (witness.identity, witness.identity_kind) == ("A 1234", "passport")
    witness.set_identity("  ")
    assert (witness.identity, witness.identity_index, witness.identity_masked) == (None, None, "")


def test_a_phone_is_kept_as_e164_and_as_typed(witness):
    witness.set_phone("٠١٠ ١٢٣٤ ٥٦٧٨", "EG")
    assert (witness.phone, witness.phone_typed) == ("+201012345678", "٠١٠ ١٢٣٤ ٥٦٧٨")
    assert witness.phone_index == blind_index("phone", "+201012345678")
    assert witness.set_phone("", "EG") is None
    assert witness.phone is None
