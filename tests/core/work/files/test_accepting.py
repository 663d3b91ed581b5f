"""What is taken in and how it comes out; the hostile corpus (trust.md P9)."""

import subprocess
import sys
import time
import zlib
from contextlib import suppress
from io import BytesIO
from os import urandom
from pathlib import Path

import pytest
from flask import g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from trust import hostile
from werkzeug.datastructures import FileStorage

from core.errors import Invalid
from core.work.files.accepting import AT_ONCE, accept, accept_all, limits
from core.work.files.kinds import BY_ENDING, KINDS
from core.work.files.names import MOST_BYTES, ending_of, name_for, plain_name
from core.work.files.pictures import LONGEST_SIDE, count_scans

REFUSED, TAKEN = hostile.refused(), hostile.taken()
SLOWEST = 2.0
MOST_MEMORY = 200 * 1024
"""Seconds, and KB, for any of them (trust.md P9)."""


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def test_the_corpus_is_as_large_as_was_asked():
    assert len(REFUSED) + len(TAKEN) >= 60


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_dangerous_or_broken_is_refused_with_a_sentence(case):
    start = time.perf_counter()
    with pytest.raises(Invalid) as refused:
        accept(*REFUSED[case])
    assert time.perf_counter() - start < SLOWEST
    assert refused.value.status == 422
    assert len(str(refused.value)) > 15


@pytest.mark.parametrize("case", REFUSED)
def test_every_sentence_is_there_in_arabic_too(case):
    g.language = "ar"
    with pytest.raises(Invalid) as refused:
        accept(*REFUSED[case])
    assert any("\u0600" <= sign <= "\u06ff" for sign in str(refused.value))


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_strange_comes_out_inert_under_an_honest_name(case):
    name, data = TAKEN[case]
    file = accept(name, data)
    assert file.kind in KINDS
    assert ending_of(file.name) in file.kind.endings
    assert not set(file.name) & set("/\\\0\r\n\u202e\u202a<>:|")
    assert "<script" not in file.data.decode("latin-1").lower()
    if file.kind.group == "image":
        assert Image.open(BytesIO(file.data)).getexif() == {}
        assert not set(Image.open(BytesIO(file.data)).info) & {"exif", "comment", "xmp", "icc_profile"}


@pytest.mark.parametrize(
    "secret", [b"CanaryPhone", b"canary comment", b"canary place", b"GPS", b"2026:01:01"]
)
def test_nothing_says_where_by_what_and_by_whom_a_picture_was_taken(secret):
    sent = hostile.photograph()
    assert secret in sent or secret == b"GPS"
    assert secret not in accept("photo.jpg", sent).data


def test_a_picture_that_was_turned_by_a_mark_is_turned_for_good():
    sent = Image.open(BytesIO(hostile.photograph(size=(64, 48), orientation=6)))
    kept = Image.open(BytesIO(accept("photo.jpg", hostile.photograph(size=(64, 48))).data))
    assert sent.size == (64, 48)
    assert kept.size == (48, 64)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [((4000, 3000), (4000, 3000)), ((5184, 3888), (2592, 1944)), ((6000, 4000), (3000, 2000)),
     ((9000, 1000), (LONGEST_SIDE, 455))],
)  # fmt: skip
def test_a_large_photograph_is_made_smaller_and_stays_readable(sent, kept):
    assert Image.open(BytesIO(accept("photo.jpg", hostile.picture(size=sent)).data)).size == kept


@pytest.mark.parametrize(
    ("form", "mode", "media_type"),
    [("PNG", "RGBA", "image/png"), ("PNG", "P", "image/png"), ("PNG", "1", "image/png"),
     ("WEBP", "RGBA", "image/webp"), ("GIF", "P", "image/png"), ("JPEG", "L", "image/jpeg"),
     ("JPEG", "CMYK", "image/jpeg")],
)  # fmt: skip
def test_every_usual_sort_of_picture_is_drawn_anew(form, mode, media_type):
    ending = form.lower().replace("jpeg", "jpg")
    kept = accept(f"drawing.{ending}", hostile.picture(form, mode=mode))
    assert kept.kind.media_type == media_type
    assert Image.open(BytesIO(kept.data)).size == (64, 48)


def test_a_scan_of_65536_shades_of_grey_keeps_its_shades():
    sent = BytesIO()
    Image.linear_gradient("L").convert("I").point(lambda shade: shade * 257).convert("I;16").save(sent, "PNG")
    kept = Image.open(BytesIO(accept("scan.png", sent.getvalue()).data))
    assert kept.convert("L").tobytes() == Image.linear_gradient("L").tobytes()


def test_a_picture_of_many_small_parts_is_no_bomb():
    """As programs write them that pack a picture kilobyte by kilobyte."""
    points = zlib.compress(b"".join(b"\0" + urandom(3 * 1700) for _row in range(1700)), 0)
    parts = [hostile.chunk(b"IDAT", points[at : at + 1024]) for at in range(0, len(points), 1024)]
    head = hostile.png_of(1700, 1700).partition(b"IDAT")[0][:-4]
    assert accept("drawing.png", head + b"".join((*parts, hostile.chunk(b"IEND", b"")))).data


def test_the_same_picture_comes_out_the_same_twice():
    assert accept("a.jpg", hostile.photograph()).sha256 == accept("b.jpg", hostile.photograph()).sha256


def test_passes_of_a_photograph_are_counted():
    assert count_scans(hostile.picture()) == 1
    assert 2 < count_scans(hostile.picture(progressive=True)) < 20
    assert count_scans(hostile.jpeg_of_many_scans()) > 100
    assert count_scans(hostile.jpeg_with_film()) == 1
    assert count_scans(hostile.jpeg_with_stray(b"\0")) > 100
    assert count_scans(b"\xff\xd8") == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [("letter.docx", hostile.docx()), ("table.xlsx", hostile.xlsx()), ("letter.odt", hostile.odt()),
     ("old.odt", hostile.odt(("META-INF/manifest.xml", '<!DOCTYPE m PUBLIC "x" "Manifest.dtd"><m/>'))),
     ("letter.pdf", hostile.PDF), ("ملاحظات.txt", "انقطعت المياه".encode()),
     ("old.txt", "انقطعت المياه".encode("cp1256")), ("table.csv", b"a,b\r\n1,2\r\n")],
)  # fmt: skip
def test_documents_and_texts_are_kept_as_they_are(name, data):
    file = accept(name, data)
    assert (file.name, file.data) == (name, data)


def test_a_file_that_is_too_large_or_one_too_many_is_told_by_number(app):
    most = app.config["DIWAN"].attachment_max_mb
    with pytest.raises(Invalid, match=f"larger than {most} MB"):
        accept("photo.jpg", b"\xff" * (most * 1024 * 1024 + 1))
    upload = [FileStorage(BytesIO(hostile.PDF), f"{n}.pdf") for n in range(AT_ONCE + 1)]
    with pytest.raises(Invalid, match=f"At most {AT_ONCE}"):
        accept_all(upload)
    assert f"{most} MB" in limits()


def test_of_several_files_each_refused_one_is_named():
    sent = {"good.pdf": hostile.PDF, "bad.html": hostile.HTML, "empty.txt": b""}
    with pytest.raises(Invalid) as refused:
        accept_all([FileStorage(BytesIO(data), name) for name, data in sent.items()])
    assert "bad.html" in str(refused.value)
    assert "empty.txt" in str(refused.value)
    assert "good.pdf" not in str(refused.value)


def test_a_form_without_files_brings_none():
    assert accept_all([FileStorage(BytesIO(b""), "")]) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=400), st.sampled_from(KINDS))
def test_no_name_climbs_hides_its_ending_or_is_too_long(typed, kind):
    name = name_for(plain_name(typed), kind)
    assert ending_of(name) in kind.endings
    assert name.isprintable()
    assert not set(name) & set('/\\:*?"<>|')
    assert len(name.encode()) <= MOST_BYTES + 10
    assert len(name) <= 120
    assert name_for(plain_name(name), kind) == name


BEGINNINGS = (b"", b"\xff\xd8\xff", b"PK\x03\x04", b"%PDF-", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"RIFF____WEBP")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600), st.sampled_from(sorted(BY_ENDING)), st.sampled_from(BEGINNINGS))
def test_any_bytes_are_taken_or_refused_and_never_a_failure(app, data, ending, beginning):
    with app.app_context(), suppress(Invalid):
        accept(f"file.{ending}", beginning + data)


DOCUMENTS = {"docx": hostile.related("hyperlink"), "xlsx": hostile.xlsx(), "odt": hostile.odt()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(DOCUMENTS)), st.lists(st.tuples(st.floats(0, 0.999), st.binary(max_size=4))))
def test_a_document_damaged_anywhere_is_taken_or_refused_and_never_a_failure(app, ending, damage):
    data = DOCUMENTS[ending]
    for place, other in damage:
        at = int(place * len(data))
        data = data[:at] + other + data[at + len(other) :]
    with app.app_context(), suppress(Invalid):
        accept(f"letter.{ending}", data)


MEASURE = """
import re, sys, time; sys.path.insert(0, {here!r})
from trust import hostile
from pathlib import Path
from tempfile import mkdtemp
from core.app import create_app
from core.testing import test_settings
from core.work.files.accepting import accept
def memory(name):  # of this process alone: ru_maxrss begins with what its parent had
    return int(re.search(name + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

app = create_app(test_settings(Path(mkdtemp())), only=())
with app.app_context():
    accept("photo.jpg", hostile.picture())
    name, data = {name!r}, Path({file!r}).read_bytes()
    before, spent = memory("VmRSS"), time.process_time()
    accept(name, data)
    print(memory("VmHWM") - before, time.process_time() - spent)
"""


@pytest.mark.slow
@pytest.mark.parametrize("case", hostile.heavy())
def test_the_heaviest_take_no_more_time_and_memory_than_was_promised(case, tmp_path):
    name, data = hostile.heavy()[case]()
    (tmp_path / "sent").write_bytes(data)
    here = str(Path(__file__).parents[3])
    run = subprocess.run(
        [sys.executable, "-c", MEASURE.format(here=here, name=name, file=str(tmp_path / "sent"))],
        capture_output=True, text=True, check=True, env={"DIWAN_TEST_": "", "PYTHONPATH": "."},
    )  # fmt: skip
    memory, seconds = map(float, run.stdout.split())
    assert seconds < SLOWEST
    assert memory < MOST_MEMORY
