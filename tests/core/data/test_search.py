"""People type Arabic in many ways; they must all find the same record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.search import fold, latin_digits, search_text

ALIKE = [
    ("شئون المواطنين", "شؤون المواطنين"),
    ("الإدارة", "الاداره"),
    ("المسئولين", "المسؤولين"),
    ("مستشفى قنا", "مستشفي قنا"),
    ("أحمد", "احمد"),
    ("آبار", "ابار"),
    ("شكوى رقم ١٢٣", "شكوى رقم 123"),
    ("رقم ۴۵۶", "رقم 456"),
    ("مـــياه", "مياه"),
    ("مُحَافَظَة", "محافظه"),
    ("ﻣﻴﺎﻩ", "مياه"),
    ("مياه\u200f الشرب", "مياه  الشرب"),
    ("Water CUT", "water cut"),
    ("كهرباء", "کهرباء"),
]


@pytest.mark.parametrize(("stored", "typed"), ALIKE)
def test_both_spellings_meet(stored, typed):
    assert fold(stored) == fold(typed)


def test_names_of_servants_are_found_joined_and_apart():
    for stored, typed in (("عبد الرحمن محمود", "عبدالرحمن"), ("عبدالرحمن محمود", "عبدالرحمن")):
        assert fold(typed) in search_text(stored)


def test_different_words_stay_different():
    assert fold("مياه") != fold("مباه")
    assert fold("قنا") != fold("قنال")


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.integers(min_value=0))
def test_digits_of_every_set_read_alike(number):
    arabic = str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    persian = str(number).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert latin_digits(arabic) == latin_digits(persian) == str(number)
