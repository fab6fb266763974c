"""XLIFF 2.0, in which texts go to translators and come back.

After OASIS, XLIFF Version 2.0: http://docs.oasis-open.org/xliff/xliff-core/v2.0/xliff-core-v2.0.html. A document holds
one language of one course: a `<file>` for each activity and one for the course itself, a `<unit>` for each text. What
lies around it (which texts there are, what becomes of them) is `xliff_services`.
"""

from .document import Document, FileOf, UnitOf
from .reading import read
from .writing import write

__all__ = ["Document", "FileOf", "UnitOf", "read", "write"]
