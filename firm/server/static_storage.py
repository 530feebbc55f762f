"""Static files: the style sheet bundled into one file, everything hashed and compressed."""

import lightningcss
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLED = "css/site.css"


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Bundles and minifies the site's style sheet when files are collected; then hashes and compresses as usual."""

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run and BUNDLED in paths:
            style_sheet = lightningcss.bundle_css(finders.find(BUNDLED), minify=True)
            self.delete(BUNDLED)
            self._save(BUNDLED, ContentFile(style_sheet.encode()))
            paths[BUNDLED] = (self, BUNDLED)
        yield from super().post_process(paths, dry_run, **options)
