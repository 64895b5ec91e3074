"""What Pillow sees in photos and in their results: pairs of paths as JSON on standard input, what it finds of each on
standard output. Colours are compared as sRGB, each picture by its own profile, the result at its photo's size."""

import io
import json
import sys

import numpy
from PIL import Image, ImageCms, ImageOps


def seen(path):
    """A picture as a person sees it: colours, how opaque each pixel is, and its orientation as it is stored."""
    picture = Image.open(path)
    orientation = picture.getexif().get(0x0112, 1)
    profile = picture.info.get("icc_profile")
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):
        deep = numpy.asarray(picture).astype(numpy.uint32)
        picture = Image.fromarray((deep >> 8).astype(numpy.uint8))
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    if has_alpha:
        picture = picture.convert("RGBA")
    alpha = picture.getchannel("A") if has_alpha else Image.new("L", picture.size, 255)
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        colours = picture.convert("RGB") if has_alpha else picture
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        picture = ImageCms.profileToProfile(colours, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return picture.convert("RGB"), alpha, orientation


def numbers(picture):
    return numpy.asarray(picture).astype(float)


def compared(photo, result):
    """What is the same of a photo and its result, and what is not."""
    before, opaque, _ = seen(photo)
    after, still_opaque, orientation = seen(result)
    shows = numbers(opaque) > 250
    small = numbers(after.resize(before.size, Image.Resampling.BOX))
    off = numpy.abs(small - numbers(before)).mean(axis=2)[shows]
    alpha_off = numpy.abs(numbers(still_opaque.resize(before.size, Image.Resampling.BOX)) - numbers(opaque))
    return {
        "sides": [*before.size, *after.size],
        "orientation": orientation,
        "off": float(off.mean()),
        "alpha_off": float(alpha_off.mean()),
    }


print(json.dumps([compared(*pair) for pair in json.load(sys.stdin)]))
