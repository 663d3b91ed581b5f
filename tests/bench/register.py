"""Complaints for measuring, the same at each run: shape, sizes and words of a busy governorate's register.

Times rise with the id over four and a half years, units come unevenly, a text has about 400 characters; so
whoever measures another system on such rows may compare.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from core.data.search import search_text

FIRST, LAST = datetime(2021, 1, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
STATES = {
    "registered": 5, "examining": 8, "referred": 15, "in_action": 7, "reply_review": 4, "answered": 21, "closed": 40,
}  # fmt: skip
CHANNELS = ("counter", "portal", "hotline", "mail", "paper", "hearing")
PROBLEMS = (
    "كسر في ماسورة رئيسية", "هبوط أرضي بجوار المدرسة", "انقطاع المياه", "تراكم القمامة", "طفح الصرف الصحي",
    "عمود إنارة مكسور", "إشغال الطريق", "بناء بدون ترخيص", "ضعف ضغط المياه", "تأخر صرف المعاش", "نقص المدرسين",
    "تلوث مياه الترعة", "غياب الطبيب", "حفرة في الطريق", "ضوضاء ليلا",
)  # fmt: skip
PLACES = (
    "قرية دندرة", "شارع المستشفى", "ميدان المحطة", "نجع البركة", "شارع الجمهورية", "حي الشرق", "حي الغرب",
    "قرية المحروسة", "شارع النيل", "المنطقة الصناعية", "شارع المدارس", "قرية الترامسة", "سوق المدينة",
    "شارع البحر", "كوبري السكة", "عزبة السلام",
)  # fmt: skip
NAMES = (
    "أحمد", "محمد", "محمود", "علي", "حسن", "حسين", "إبراهيم", "يوسف", "مصطفى", "خالد", "سعيد", "عمر", "طارق",
    "هشام", "أشرف", "فاطمة", "زينب", "مريم", "هدى", "سعاد", "نادية", "أمل", "منى", "سلوى", "ليلى", "كريمة", "صفاء",
    "نجلاء", "رشا", "هناء",
)  # fmt: skip
FAMILIES = (
    "قنديل", "الدندراوي", "القوصي", "النجعاوي", "الأبنودي", "حجازي", "العسيري", "الطوخي", "البهجوري", "الحفناوي",
    "الشنهوري", "السمطاوي", "العزايزي", "الجعفري", "المخادمي", "الهلالي", "العبادي", "القفطي", "الأشرافي", "الصبيحي",
    "الكومي", "المراغي", "الجرجاوي", "الأسيوطي", "الدشناوي", "الفرشوطي", "النقادي", "الوقفي", "التشتي", "القناوي",
)  # fmt: skip
SENTENCES = (
    "نحيط سيادتكم علما بالمشكلة القائمة منذ فترة.", "وقد تقدمنا بطلبات سابقة دون رد.", "المكان مأهول وبه أطفال وكبار سن.",
    "نرجو سرعة المعاينة واتخاذ اللازم.", "والأمر يسبب ضررا بالغا لأهالي المنطقة.", "وقد زاد الحال سوءا في الأيام الأخيرة.",
    "مرفق أسماء الشهود عند الطلب.", "ونحن على استعداد للتعاون مع المختصين.", "كما أن الطريق هو المدخل الوحيد للقرية.",
    "وقد تعطلت مصالح الناس بسبب ذلك.", "ونثق في اهتمام سيادتكم بشكاوى المواطنين.", "وتفضلوا بقبول فائق الاحترام والتقدير.",
)  # fmt: skip


def complaints(count, units, bodies, categories, places, staff, seed=31):
    """Yield `count` complaints as dicts: what both sides store, whatever else each of them adds."""
    rng = Random(seed)
    weights = [rng.random() ** 2 + 0.05 for _ in units]
    step = (LAST - FIRST) / count
    jitter = 11 * 3600
    for n in range(1, count + 1):
        received = FIRST + step * n + timedelta(seconds=rng.randint(-jitter, jitter))
        closing = rng.choice(("عاجل", *["برجاء الإفادة"] * 9))
        state = rng.choices(tuple(STATES), tuple(STATES.values()))[0]
        channel = rng.choice(CHANNELS)
        first, second, third = rng.choices(NAMES, k=3)
        yield {
            "id": n,
            "number": f"{received.year}/{n:06}",
            "uuid": UUID(int=rng.getrandbits(128)).hex,
            "received_at": received,
            "unit_id": rng.choices(units, weights)[0],
            "body_id": None if state in ("registered", "examining") else rng.choice(bodies),
            "category_id": rng.choice(categories),
            "place_id": rng.choice(places),
            "state": state,
            "channel": channel,
            "created_by_id": None if channel == "portal" else rng.choice(staff),
            "subject": f"{rng.choice(PROBLEMS)} في {rng.choice(PLACES)} رقم {rng.randint(1, 899)} {closing}",
            "body": " ".join(rng.sample(SENTENCES, 8)),
            "citizen": f"{first} {second} {third} {rng.choice(FAMILIES)}",
            "due_at": received + timedelta(days=14),
        }


def folded(row):
    """The search text that Diwan stores for it."""
    return search_text(row["number"], None, row["subject"], row["body"], None)
