"""Validation of uploads: the content must match the file name, without programs, scripts or personal metadata."""

import io
import zipfile
from collections.abc import Callable
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps, ImageSequence

#: Pixels of all frames of an animation together.
MAX_MOVING_PIXELS = 100_000_000
#: Bytes of an unpacked office document, and its maximum compression ratio.
MAX_UNPACKED, MAX_RATIO = 200 * 1024 * 1024, 200
FORMATS = {"avif": "AVIF", "gif": "GIF", "jpeg": "JPEG", "jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
SAVED = {
    "AVIF": {"quality": 85},
    "GIF": {},
    "JPEG": {"quality": 92, "progressive": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 92, "method": 4},
}
OFFICE = {"docx": "word/", "pptx": "ppt/", "xlsx": "xl/"}
#: Names of parts of office documents that contain programs.
PROGRAMS = ("vbaproject.bin", "vbadata.xml", "basic/", "scripts/", "activex/", "embeddings/oleobject")
MARKUP = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<body", b"<iframe")
NOT_WHAT_IT_SAYS = "This is not a .{} file, although its name says so. Save it in that format and upload it again."


def cleaned_image(file):
    """Return an uploaded picture re-encoded and upright, without metadata on place and camera.

    Color profile and animation stay. Raises ValidationError when the content is not of the kind that the name says.
    """
    extension = PurePath(file.name).suffix[1:].lower()
    wanted = FORMATS.get(extension)
    file.seek(0)
    try:
        with Image.open(file, formats=[wanted] if wanted else []) as picture:
            frames = getattr(picture, "n_frames", 1)
            if frames * picture.width * picture.height > MAX_MOVING_PIXELS and frames > 1:
                raise ValidationError("This animation is too large. Upload a shorter or smaller one.")
            data = _reencoded(picture, wanted, is_moving=frames > 1)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(NOT_WHAT_IT_SAYS.format(extension)) from error
    return SimpleUploadedFile(file.name, data, content_type=f"image/{wanted.lower()}")


def _reencoded(picture: Image.Image, wanted: str, *, is_moving: bool) -> bytes:
    options = SAVED[wanted] | ({"icc_profile": picture.info["icc_profile"]} if picture.info.get("icc_profile") else {})
    out = io.BytesIO()
    if is_moving:
        frames = [frame.copy() for frame in ImageSequence.Iterator(picture)]
        moving = {"duration": picture.info.get("duration", 100), "loop": picture.info.get("loop", 0)}
        frames[0].save(out, wanted, save_all=True, append_images=frames[1:], **options, **moving)
        return out.getvalue()
    upright = ImageOps.exif_transpose(picture)
    if picture.info.get("transparency") is not None and upright.mode == "P":
        options["transparency"] = picture.info["transparency"]
    upright.info = {}
    upright.save(out, wanted, exif=b"", **options)
    return out.getvalue()


def check_document(file) -> None:
    """Raise ValidationError unless the content matches the name and holds no programs and no zip bomb."""
    extension = PurePath(file.name).suffix[1:].lower()
    file.seek(0)
    try:
        _CHECKS[extension](file, extension)
    except KeyError:
        raise ValidationError(NOT_WHAT_IT_SAYS.format(extension)) from None
    finally:
        file.seek(0)


def _refuse(is_wrong: bool, extension: str) -> None:
    if is_wrong:
        raise ValidationError(NOT_WHAT_IT_SAYS.format(extension))


def _begins_with(*beginnings: bytes) -> Callable:
    def check(file, extension: str) -> None:
        head = file.read(1024)
        _refuse(not head.startswith(beginnings) or any(one in head.lower() for one in MARKUP), extension)

    return check


def _check_old_word(file, extension: str) -> None:
    _begins_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")(file, extension)
    file.seek(0)
    if "_VBA_PROJECT".encode("utf-16-le") in file.read():
        raise ValidationError("This document contains macros. Save it without them, preferably as .docx or .pdf.")


def _check_archive(file, extension: str) -> None:
    _refuse(file.read(4) != b"PK\x03\x04", extension)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = [part.filename.lower() for part in parts]
            if extension == "odt":
                kind = archive.read("mimetype")[:100].strip()
                _refuse(kind != b"application/vnd.oasis.opendocument.text", extension)
            else:
                _refuse("[content_types].xml" not in names, extension)
                _refuse(not any(name.startswith(OFFICE[extension]) for name in names), extension)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise ValidationError(NOT_WHAT_IT_SAYS.format(extension)) from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(file.size, 50_000):
        raise ValidationError("This document is far larger than its file. Save it again and upload the new file.")
    if any(program in name for name in names for program in PROGRAMS):
        raise ValidationError("This document contains macros or embedded programs. Save it without them.")


def _check_text(file, extension: str) -> None:
    content = file.read()
    _refuse(b"\x00" in content, extension)
    _refuse(content.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP), extension)
    _refuse(extension == "ics" and not content.removeprefix(b"\xef\xbb\xbf").startswith(b"BEGIN:VCALENDAR"), extension)


_CHECKS = {
    "csv": _check_text,
    "doc": _check_old_word,
    "docx": _check_archive,
    "ics": _check_text,
    "odt": _check_archive,
    "pdf": _begins_with(b"%PDF-"),
    "pptx": _check_archive,
    "rtf": _begins_with(b"{\\rtf"),
    "txt": _check_text,
    "xlsx": _check_archive,
}
