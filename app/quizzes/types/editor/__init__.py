"""How trainers write questions: a form for each type, from content and back.

A form says everything that pages need to know of writing its type; its fields are shown by the template of the
same name in `templates/quizzes/types/editor/`. A new type is a new file here and a line in `FORMS`.
"""

from __future__ import annotations

from .base import QuestionForm
from .essay import EssayForm
from .gaps import GapsForm
from .hot_spot import HotSpotForm
from .library import KnownPicture
from .matching import MatchingForm
from .multiple_choice import MultipleChoiceForm
from .number import NumberForm
from .ordering import OrderingForm
from .short_answer import ShortAnswerForm
from .single_choice import SingleChoiceForm
from .true_false import TrueFalseForm

FORMS: dict[str, type[QuestionForm]] = {
    form.type: form
    for form in (
        SingleChoiceForm,
        MultipleChoiceForm,
        TrueFalseForm,
        ShortAnswerForm,
        NumberForm,
        MatchingForm,
        OrderingForm,
        GapsForm,
        HotSpotForm,
        EssayForm,
    )
}

__all__ = ["FORMS", "KnownPicture", "QuestionForm"]
