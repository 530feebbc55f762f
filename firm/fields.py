"""Model fields that every app uses."""

from django.db.models import SET_NULL, ForeignKey
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField


class BlockField(StreamField):
    """A StreamField whose blocks come from a function, instead of a list.

    ``source`` is the dotted path of a callable that returns ``(name, block)`` pairs. Migrations contain the path only,
    so that they do not change with a label, and so that other apps may register blocks.
    """

    def __init__(self, source: str, **kwargs):
        self.source = source
        super().__init__([], **kwargs)

    @cached_property
    def stream_block(self) -> StreamBlock:
        """The blocks, built on first use, when all apps are ready."""
        block = StreamBlock(list(import_string(self.source)()))
        block.set_meta_options(self.block_opts)
        return block

    def deconstruct(self):
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [self.source], kwargs


def optional_key(to, *, related_name: str = "+", **options) -> ForeignKey:
    """Return a foreign key that becomes empty when its target is deleted."""
    return ForeignKey(to, null=True, blank=True, on_delete=SET_NULL, related_name=related_name, **options)
