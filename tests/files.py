"""Files as people bring them, with what they don't know is in them."""

from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image

WHERE = "Canaryplace"
"""Stands in what a picture or a PDF says about itself."""


def picture(format: str = "JPEG", size: tuple[int, int] = (60, 30), **more: Any) -> bytes:
    """A red picture, its left half blue."""
    made, file = Image.new("RGB", size, "red"), BytesIO()
    made.paste("blue", (0, 0, size[0] // 2, size[1]))
    made.save(file, format, **more)
    return file.getvalue()


def photo(orientation: int = 1) -> bytes:
    """A JPEG that says where it was taken, by what, and how the camera was held."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, WHERE
    exif.get_ifd(0x8825).update({1: "N", 2: (45.0, 4.0, 12.0), 3: "E", 4: (7.0, 41.0, 5.0)})
    return picture(exif=exif.tobytes(), comment=WHERE.encode())


def pdf(pages: int = 2) -> bytes:
    """A PDF with a photo on each page, and in it all that can hide in one."""
    with pikepdf.new() as made:
        image = made.make_stream(photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        image.update(
            {"/Width": 60, "/Height": 30, "/BitsPerComponent": 8, "/ColorSpace": pikepdf.Name.DeviceRGB}
        )
        image["/Filter"] = pikepdf.Name.DCTDecode
        for _ in range(pages):
            page = made.add_blank_page(page_size=(200, 100))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=image))
            page.Contents = made.make_stream(b"q 200 0 0 100 0 0 cm /Photo Do Q")
            page.PieceInfo = pikepdf.Dictionary(Editor=WHERE)
            page.Annots = pikepdf.Array([made.make_indirect(_comment()), made.make_indirect(_link(made))])
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{WHERE}')")
        with made.open_metadata() as metadata:
            metadata["dc:title"] = WHERE
        made.docinfo["/Author"] = WHERE
        made.attachments["list.txt"] = WHERE.encode()
        file = BytesIO()
        made.save(file)
    return file.getvalue()


def _comment() -> pikepdf.Dictionary:
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9])
    annotation.Contents, annotation.T = "Compare with the contract", WHERE
    return annotation


def _link(made: pikepdf.Pdf) -> pikepdf.Dictionary:
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[9, 9, 20, 20])
    annotation.A = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Launch, F=WHERE))
    return annotation
