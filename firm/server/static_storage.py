"""Static files: the style sheet bundled into one file, everything hashed and compressed."""

import os

import lightningcss
import zstandard
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLED = ("css/site.css",)


ZSTANDARD_LEVEL = 19


class ThreefoldCompressor(Compressor):
    """Makes brotli, gzip and zstandard of a file, where they are smaller."""

    def compress(self, path) -> list[str]:
        """Write the compressed files beside the file; return their names."""
        names = super().compress(path)
        if names:
            with open(path, "rb") as file:
                data = file.read()
                made = zstandard.compress(data, ZSTANDARD_LEVEL)
                names.append(self.write_data(path, made, ".zst", os.fstat(file.fileno())))
        return names


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Bundles and minifies the site's style sheet when files are collected; then hashes and compresses as usual."""

    def post_process(self, paths, dry_run=False, **options):
        """Replace each bundle's entry by one file with all that it imports."""
        if not dry_run:
            for name in BUNDLED:
                if name in paths:
                    source = finders.find(name)
                    self.delete(name)
                    self._save(name, ContentFile(lightningcss.bundle_css(source, minify=True).encode()))
                    paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def create_compressor(self, **options) -> Compressor:
        """Return what compresses the collected files."""
        return ThreefoldCompressor(**options)
