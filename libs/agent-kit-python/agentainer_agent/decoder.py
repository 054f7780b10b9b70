from __future__ import annotations

import codecs


def decoder() -> codecs.IncrementalDecoder:
    """Puts characters together that come in pieces."""
    return codecs.getincrementaldecoder('utf-8')('replace')
