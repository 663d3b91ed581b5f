"""Files as offices send them, and files that nobody should open."""

import json
import struct
import zipfile
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from core.errors import Refused
from core.exchange.reading import LARGEST_FILE, read_table

ROWS = "الموضوع,الهاتف\nانقطاع المياه,٠١٠٠٠٠٠٠٠٠١\nحفرة في الطريق,01000000002\n"


def table_of(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


def refusal_of(tmp_path, name, content):
    with pytest.raises(Refused) as refused:
        table_of(tmp_path, name, content)
    return str(refused.value)


def workbook(*rows, sheet=None):
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet("empty")
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
def test_the_encodings_that_arabic_programs_write_give_the_same_table(tmp_path, encoding):
    table = table_of(tmp_path, "register.csv", ROWS.replace("٠١٠٠٠٠٠٠٠٠١", "0100").encode(encoding))
    assert table.headings == ("الموضوع", "الهاتف")
    assert [line.cells["الموضوع"] for line in table.lines] == ["انقطاع المياه", "حفرة في الطريق"]
    assert [line.number for line in table.lines] == [2, 3]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_the_delimiter_is_found(tmp_path, delimiter):
    table = table_of(tmp_path, "register.csv", f"code{delimiter}name\n1{delimiter}واحد\n")
    assert table.lines[0].cells == {"code": "1", "name": "واحد"}


def test_a_cell_may_hold_lines_and_the_row_is_named_by_its_last(tmp_path):
    table = table_of(tmp_path, "register.csv", 'code,body\n1,"سطر\nوسطر"\n2,x\n')
    assert table.lines[0].cells["body"] == "سطر\nوسطر"
    assert [line.number for line in table.lines] == [3, 4]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(tmp_path):
    said = refusal_of(tmp_path, "register.csv", 'code,body\n1,"سطر\n2,x\n3,y\n')
    assert "Line 4 cannot be read" in said


def test_empty_rows_and_unnamed_columns_are_passed_over(tmp_path):
    table = table_of(tmp_path, "register.csv", "\n,,\ncode,,name\n,,\n1,note,x\n")
    assert [line.cells for line in table.lines] == [{"code": "1", "name": "x"}]


def test_a_row_longer_than_the_headings_is_marked(tmp_path):
    table = table_of(tmp_path, "register.csv", "code,name\n1,x,y\n")
    assert table.lines[0].surplus


def test_latin_1_is_not_taken_for_arabic(tmp_path):
    said = refusal_of(tmp_path, "register.csv", "name,town\nJosé,Besançon\nZoë,Mûr\n".encode("latin-1"))
    assert "line 2" in said
    assert "UTF-8" in said


def test_a_damaged_utf8_file_is_not_taken_for_windows_1256(tmp_path):
    data = bytearray(ROWS.encode())
    data[data.index("ا".encode(), 40)] = 0x20
    said = refusal_of(tmp_path, "register.csv", bytes(data))
    assert "line 2 is not UTF-8" in said


@pytest.mark.parametrize("content", [b"\x7fELF\x02\x01\x01\x00\x00", b"a,b\n1,\x002\n"])
def test_bytes_that_are_no_text_are_refused(tmp_path, content):
    assert "control character" in refusal_of(tmp_path, "register.csv", content)


def test_two_columns_of_one_name_are_refused(tmp_path):
    assert "“code”" in refusal_of(tmp_path, "register.csv", "code,code\n1,2\n")


def test_a_file_without_rows_is_refused(tmp_path):
    assert "no rows" in refusal_of(tmp_path, "register.csv", "code,name\n")
    assert "no rows" in refusal_of(tmp_path, "register.csv", "")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        read_table(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(Refused, match="cannot be read"):
        read_table(tmp_path / "folder.csv")


def test_an_unknown_kind_of_file_is_refused_naming_the_known(tmp_path):
    assert ".csv .tsv .txt .xlsx .json .xml" in refusal_of(tmp_path, "register.pdf", b"%PDF")


def test_too_large_a_file_is_not_even_read(tmp_path):
    path = tmp_path / "register.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(Refused, match="20 MB"):
        read_table(path)


def test_a_spreadsheet_gives_its_first_sheet_with_content_and_typed_cells(tmp_path):
    table = table_of(
        tmp_path, "register.xlsx", workbook(["اسم", "رقم"], ["محمد", 29001011234567], ["سارة", "012"])
    )
    assert [line.cells for line in table.lines] == [
        {"اسم": "محمد", "رقم": 29001011234567.0},
        {"اسم": "سارة", "رقم": "012"},
    ]


def test_dates_in_a_spreadsheet_are_dates(tmp_path):
    data = BytesIO()
    with xlsxwriter.Workbook(data, {"default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet().write_column(0, 0, ["day", date(2023, 4, 3)])
    assert table_of(tmp_path, "register.xlsx", data.getvalue()).lines[0].cells["day"] == date(2023, 4, 3)


def test_a_spreadsheet_named_csv_is_told_so(tmp_path):
    assert ".xlsx" in refusal_of(tmp_path, "register.csv", workbook(["a"], ["b"]))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_what_is_no_spreadsheet_is_refused(tmp_path, content):
    assert "spreadsheet" in refusal_of(tmp_path, "register.xlsx", content)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "spreadsheet" in refusal_of(tmp_path, "register.xlsx", data.getvalue())


def bomb(**options):
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * options["size"])
    return data.getvalue()


def test_a_zip_bomb_is_not_opened(tmp_path):
    assert "far more" in refusal_of(tmp_path, "register.xlsx", bomb(size=30_000_000))


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path):
    data = bytearray(bomb(size=30_000_000))
    claimed = struct.pack("<I", 1000)
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = claimed
    data[22:26] = claimed
    assert "spreadsheet" in refusal_of(tmp_path, "register.xlsx", bytes(data))


def test_a_cell_far_away_does_not_make_room_for_billions(tmp_path):
    data = BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write(1048575, 16383, "x")
    assert "far more" in refusal_of(tmp_path, "register.xlsx", data.getvalue())


def test_json_is_a_list_of_objects_or_one_object_around_it(tmp_path):
    rows = [{"code": "1", "tags": ["a", "b"]}, {"code": "2", "name": None}]
    bare = table_of(tmp_path, "a.json", json.dumps(rows))
    wrapped = table_of(tmp_path, "b.json", b"\xef\xbb\xbf" + json.dumps({"page": 1, "rows": rows}).encode())
    assert bare == wrapped
    assert bare.headings == ("code", "tags", "name")
    assert bare.lines[0].cells == {"code": "1", "tags": "a;b"}


@pytest.mark.parametrize(
    "content", ["{", "[1, 2]", '"text"', '{"a": [1], "b": [2]}', "[" * 100_000, b"\xff\xfe\x00"]
)
def test_other_json_is_refused(tmp_path, content):
    assert "JSON" in refusal_of(tmp_path, "a.json", content)


def test_open311_xml_is_read_and_an_entity_bomb_is_not(tmp_path):
    good = "<services><service><service_code>A1</service_code><keywords/></service></services>"
    assert table_of(tmp_path, "a.xml", good).lines[0].cells == {"service_code": "A1", "keywords": ""}
    evil = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><y><z>&b;</z></y></x>'
    assert "XML" in refusal_of(tmp_path, "a.xml", evil)
    assert "XML" in refusal_of(tmp_path, "a.xml", "<x><y></x>")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("r.json", '[\n{"a": }]', "This is not sound JSON: look at line 2."),
        ("r.json", b"\xff\xfa", "This is not JSON that can be read."),
        ("r.xml", "<a>\n<b></a>", "This is not sound XML: look at line 2."),
        ("r.xml", "<!DOCTYPE a []><a/>", "XML with a document type or entities of its own is not accepted."),
        ("r.xlsx", b"no zip", "This is not a sound spreadsheet (.xlsx): save it anew and bring it again."),
    ],
)
def test_what_is_damaged_is_said_in_our_words_not_in_a_librarys(tmp_path, name, content, said):
    assert refusal_of(tmp_path, name, content) == said
