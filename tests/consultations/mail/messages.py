"""Labelled messages to sort: what people write who need a lawyer, and what sellers and programs write."""

from consultations.intake.spam import Signals


def signals(message: str = "", *, seconds: float | None = 90.0, **changed) -> Signals:
    """A submission of a person without JavaScript; the arguments are its signals, or texts by field."""
    sending = {name: changed.pop(name) for name in ("has_decoy", "has_proof", "recent") if name in changed}
    return Signals(seconds=seconds, texts={"full_name": "Jane Sample", "message": message} | changed, **sending)


HONEST = {
    "nothing but a name": signals(""),
    "one word": signals("help"),
    "capitals": signals("MY SON WAS ARRESTED LAST NIGHT!!! PLEASE CALL ME NOW!!! HE IS 19"),
    "Russian": signals("Здравствуйте, моего мужа задержали вчера вечером, суд завтра утром. Помогите пожалуйста."),
    "Russian in capitals with a link, fast": signals(
        "ПОМОГИТЕ!!! МОЕГО БРАТА АРЕСТОВАЛИ https://iapps.courts.state.ny.us/webcrim", seconds=6, full_name="ИВАН"
    ),
    "Spanish": signals("Mi hermano está detenido en Rikers desde el sábado. No sabemos cuánto es la fianza."),
    "Chinese": signals("我先生昨天被警察带走了，我们不知道他在哪里。请尽快联系我。", full_name="王小明"),
    "Arabic": signals("تم اعتقال أخي أمس ولا نعرف ماذا نفعل، المحكمة غدا صباحا", full_name="أحمد"),
    "Hebrew": signals("אחי נעצר אתמול בלילה ואנחנו צריכים עורך דין דחוף"),
    "Korean": signals("남편이 어젯밤에 체포되었습니다. 도와주세요.", full_name="김민수"),
    "Hindi": signals("मेरे भाई को पुलिस ने पकड़ लिया है, कृपया मदद करें"),
    "Haitian Creole": signals("Polis yo arete frè m yè swa, tanpri rele m"),
    "autofill": signals("DUI last night in Queens, need a lawyer", seconds=6),
    "autofill, as fast as can be": signals("Need a lawyer.", seconds=3.1),
    "sent in two seconds": signals("Arrested, call me", seconds=2),
    "page open overnight": signals("I had to think about it for a night.", seconds=30 * 3600),
    "without the mark of time": signals("I was served with a subpoena.", seconds=None),
    "two links to news": signals(
        "They wrote about me here https://www.nytimes.com/2027/01/31/nyregion/a.html and https://nypost.com/2027/02/01/b/"
    ),
    "three links of evidence": signals(
        "The videos: https://youtu.be/a https://youtu.be/b https://youtu.be/c - they show I was not there."
    ),
    "five links, with JavaScript": signals(" ".join(f"https://drive.google.com/{n}" for n in range(5)), has_proof=True),
    "a link's code pasted from a page": signals('The docket: <a href="https://pacer.gov/1">US v. Sample</a>'),
    "charged with wire fraud over an SEO business": signals(
        "I ran an SEO agency. Clients say I promised the first page of Google and never delivered; the FBI came today."
    ),
    "charged over fake reviews": signals("They say I sold followers and 5-star reviews for Instagram. Target letter."),
    "loan fraud": signals("Subpoena about PPP and business loans of my company, 2020. I need counsel before Friday."),
    "phishing": signals("The indictment says I sent emails with click here to unsubscribe. Two counts of wire fraud."),
    "gambling": signals("Raided for an online casino and bitcoin. They took my phone and my laptop."),
    "pharmacy": signals("Charged with selling viagra and xanax without a prescription, first offense."),
    "own address in the field for the name": signals("Please write to me", full_name="jane.sample@gmail.com"),
    "address for a name, no mark of time": signals("Please write", full_name="jane.sample@gmail.com", seconds=None),
    "telephone number for a name": signals("Call me please", full_name="212 555 0142"),
    "number for a name, no mark of time": signals("", full_name="2125550142", seconds=None),
    "one word in every field": signals("help", full_name="help", court="help", other_parties="help"),
    "the same name twice": signals("My own case.", person_in_need="Jane Sample"),
    "name and other parties alike": signals("See above", other_parties="Jane Sample"),
    "decimal case numbers": signals("Docket CR-012345-27NY, ind. 1234/2027, 21 USC 841(b)(1)(A), 18 USC 924(c)."),
    "abusive": signals("you lawyers are all crooks but I need one, my ex called the cops on me AGAIN"),
    "very long": signals("It started in March. " * 200),
    "from a shelter on a bad night": signals("I need an order of protection lifted", recent=12),
    "from a court building": signals("Arraigned today, need counsel", recent=45),
    "fast in a busy network, with JavaScript": signals("Need help", seconds=2, recent=12, has_proof=True),
    "a firm's name with a point": signals("Our officer got a grand jury subpoena.", full_name="A. Sample, Acme Inc."),
    "emoji": signals("pls help 🙏🙏🙏 my bf got locked up 😭"),
    "prisoner's wife with a number": signals("He is inmate 12345-054 at MDC Brooklyn, wants a new lawyer for appeal."),
    "a colleague": signals("Conflict counsel needed for a co-defendant, SDNY, first appearance Tuesday 10:30."),
    "journalist": signals("Writing about the verdict, could I get a quote by 5? My site is www.example.org"),
    "asks about the website": signals("Your website says free consultation, is that really free?"),
}

_PRESS = '<a href="http://pills.example">cheap pills</a> [url=http://pills.example]pills[/url]'
SPAM = {
    "decoy": signals("Hello", has_decoy=True),
    "decoy with proof": signals("Hello", has_decoy=True, has_proof=True),
    "decoy from a person's pace": signals("I need a lawyer", has_decoy=True, seconds=120),
    "SEO": signals(
        "Hi, I came across your website and noticed it is not ranking. We offer SEO services to rank your site on the"
        " first page of Google. Reply for a free audit."
    ),
    "SEO with JavaScript": signals(
        "I was looking at your website and can boost your rankings with quality backlinks. Free quote today!",
        has_proof=True,
    ),
    "guest posts": signals("We sell guest posts and backlinks on sites with high domain authority."),
    "web design": signals("I visited your website. Your website design is dated: I can redesign your website."),
    "leads": signals("Exclusive leads for your practice! Get more clients for your firm, free trial this week."),
    "loan": signals("Business loans approved in 24 hours. No-obligation quote. Click here http://loans.example"),
    "videos": signals("Explainer videos from $99 to increase your sales! Unsubscribe by replying."),
    "lists": signals("Email lists of 10M businesses. Boost your sales. Limited time offer."),
    "marketing": signals("We are a full service digital marketing agency. We drive more traffic. Free audit."),
    "earn": signals("Earn $5000 a week of passive income, click here https://a.example", seconds=None),
    "markup and links": signals(f"{_PRESS} http://a.example http://b.example"),
    "markup at once": signals(_PRESS, seconds=1),
    "markup with a link for a name": signals(_PRESS, full_name="www.pills.example"),
    "link for a name, fast": signals("hello", full_name="Win at https://casino.example", seconds=1),
    "link for a name, untimed": signals("hello", full_name="bestcasino.com", seconds=None),
    "links in a flood": signals(" ".join(["http://a.example"] * 6), recent=40),
    "links at once": signals(" ".join(["http://a.example"] * 6), seconds=0),
    "same text everywhere, at once": signals("hqWvZkTr", full_name="hqWvZkTr", court="hqWvZkTr", seconds=1),
    "same text everywhere, with links": signals("http://a.example " * 3, court="http://a.example " * 3),
    "flood, at once": signals("test", seconds=0, recent=31),
    "flood of numbers": signals("1", full_name="1", recent=31),
    # Nothing gives these away, and staff will see them among the requests.
    "a friendly seller": signals("Hello, do you need a hand with your accounting? Best, Tom"),
    "random letters": signals("RobertDiask", full_name="RobertDiask"),
}
