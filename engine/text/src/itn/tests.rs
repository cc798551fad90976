use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static ITNS: LazyLock<Vec<Itn>> = LazyLock::new(|| {
    Language::WITH_TABLES
        .iter()
        .map(|language| Itn::new(*language, Kinds::ALL))
        .collect()
});

#[track_caller]
fn check(language: Language, cases: &[(&str, &str)]) {
    let itn = Itn::new(language, Kinds::default());
    for (spoken, written) in cases {
        assert_eq!(itn.write(spoken), *written, "{spoken}");
    }
}

/// Rows taken from NeMo text processing (Apache-2.0, NVIDIA), `tests/nemo_text_processing/en`.
#[test]
fn english_rows_of_nemo() {
    check(
        Language::English,
        &[
            (
                "one million one hundred fifty six thousand one hundred seventy three",
                "1156173",
            ),
            ("twenty one hundred and eleven", "2111"),
            ("Twelve", "Twelve"),
            ("minus sixty point two four zero zero", "-60.2400"),
            (
                "one hundred sixty four point five eight thousand",
                "164.58 thousand",
            ),
            ("four united states dollars and sixty nine cents", "$4.69"),
            ("one fifty five dollars", "$155"),
            ("the twenty fifth of July twenty twelve", "25 July 2012"),
            ("july fifteen o six", "july 1506"),
            ("nineteen eighties", "1980s"),
            ("second quarter of twenty twenty two", "Q2 2022"),
            ("eleven forty six AM", "11:46 A.M."),
            ("one min to one am", "12:59 a.m."),
            ("eight o six", "08:06"),
            (
                "plus nine one one two three one two three five six seven eight",
                "+91 123-123-5678",
            ),
            (
                "one twenty three dot one two three dot o dot four o",
                "123.123.0.40",
            ),
            (
                "a b three hyphen s d d dash three at g mail dot com",
                "ab3-sdd-3@gmail.com",
            ),
            (
                "h t t p colon slash slash w w w dot c o m d a i l y n e w s dot a b slash s m",
                "http://www.comdailynews.ab/sm",
            ),
            ("twenty five thousand one hundred eleventh", "25111th"),
            ("one thousandth", "1000th"),
            ("fifty six point three per square kilometer", "56.3 /km²"),
            ("eighteen point one four percent", "18.14 %"),
        ],
    );
}

#[test]
fn english_in_sentences() {
    check(
        Language::English,
        &[
            (
                "we met on July twenty fifth, two thousand twelve, at noon",
                "we met on July 25, 2012, at noon",
            ),
            (
                "send it to jane dot doe at example dot org please",
                "send it to jane.doe@example.org please",
            ),
            (
                "look at example dot com slash help",
                "look at example.com/help",
            ),
            (
                "at this point one could stop",
                "at this point one could stop",
            ),
            (
                "wait a second, I have two cats and one dog",
                "wait a second, I have two cats and one dog",
            ),
            ("the first of many", "the first of many"),
            ("twenty-five people came", "25 people came"),
            ("a well-known one-third rule", "a well-known one-third rule"),
            (
                "it takes twenty minutes or three hours",
                "it takes 20 minutes or three hours",
            ),
            (
                "we meet at two thirty on may first",
                "we meet at 02:30 on may 1",
            ),
            ("you may two of you go", "you may two of you go"),
            (
                "install version two point three point one",
                "install version 2.3.1",
            ),
            ("ten to eleven people", "ten to eleven people"),
            ("two and a half years", "2 1/2 years"),
            ("on the fifth of May we met", "on the 5th of May we met"),
            ("in the first quarter of twenty twenty", "in Q1 2020"),
            (
                "he weighs one hundred eighty pounds",
                "he weighs 180 pounds",
            ),
            (
                "mail john underscore smith ninety nine at gmail dot com",
                "mail john_smith99@gmail.com",
            ),
            ("we work from nine to five", "we work from nine to five"),
            ("it is ten past two", "it is 02:10"),
            ("take flight seven forty seven home", "take flight 747 home"),
            (
                "it costs five dollars fifty, I think",
                "it costs $5.50, I think",
            ),
            ("it is minus ten degrees", "it is -10°"),
            (
                "mister Smith and doctor Jones saw the doctor",
                "mr. Smith and dr. Jones saw the doctor",
            ),
            ("for example this", "for example this"),
            (
                "one hundred and twenty five dollars and fifty cents",
                "$125.50",
            ),
        ],
    );
}

/// Some rows are NeMo's (Apache-2.0, NVIDIA), `tests/nemo_text_processing/{de,fr,es}`.
#[test]
fn german() {
    check(
        Language::German,
        &[
            (
                "eine milliarde fünf hundert drei und neunzig millionen zwei und siebzig tausend neun hundert ein und sechzig",
                "1593072961",
            ),
            ("minus fünfundzwanzigtausendsiebenunddreißig", "-25037"),
            ("neunzehnhundertachtzig", "1980"),
            ("zwei komma null eins dollar", "$2,01"),
            ("zwei euro und zwanzig cent", "€2,20"),
            ("viertel vor zwölf", "11:45 Uhr"),
            ("ein zwei und zwanzigstel", "1/22"),
            (
                "am vierundzwanzigsten Juli zweitausenddreizehn kamen elf",
                "am 24. Juli 2013 kamen 11",
            ),
            (
                "zwei Hunde und eine Katze, nicht zehn",
                "zwei Hunde und eine Katze, nicht 10",
            ),
            (
                "wir treffen uns um acht Uhr dreißig",
                "wir treffen uns um 08:30 Uhr",
            ),
            ("fünf Quadratkilometer groß", "5 km² groß"),
            (
                "schreib an max punkt muster at beispiel punkt de",
                "schreib an max.muster@beispiel.de",
            ),
            ("der Punkt ist erreicht", "der Punkt ist erreicht"),
            (
                "tausend Dank, das macht drei Euro fünfzig",
                "tausend Dank, das macht €3,50",
            ),
        ],
    );
}

#[test]
fn french() {
    check(
        Language::French,
        &[
            ("quatre-vingt-dix-huit", "98"),
            ("quatre vingt dix-huit", "98"),
            (
                "un-milliard-cinq-cent-quatre-vingt-treize-million-soixante-douze-mille-neuf-cent-soixante-et-un",
                "1593072961",
            ),
            ("vingt-quatre juillet deux-mille-treize", "24 juillet 2013"),
            ("midi moins le quart", "11 h 45"),
            (
                "zéro deux douze trente-deux trente trente",
                "02 12 32 30 30",
            ),
            ("quatre-vingt mille won", "80 000 ₩"),
            ("dix-neuvième siècle", "XIXᵉ siècle"),
            (
                "il y a au moins une raison et deux points de vue",
                "il y a au moins une raison et deux points de vue",
            ),
            (
                "j'ai lu trois livres à huit heures sept",
                "j'ai lu trois livres à 8 h 07",
            ),
            ("un point de vue", "un point de vue"),
            (
                "mille mercis pour ces trois euros cinquante",
                "mille mercis pour ces 3,50 €",
            ),
            ("le premier ministre", "le premier ministre"),
        ],
    );
}

#[test]
fn spanish() {
    check(
        Language::Spanish,
        &[
            ("mil un millón diez mil ciento uno", "1001010101"),
            ("entre dieciséis mil y dieciocho mil", "entre 16000 y 18000"),
            (
                "treinta y uno de diciembre de mil novecientos noventa y dos",
                "31 de diciembre de 1992",
            ),
            ("las dos menos cuarto", "la 1:45"),
            (
                "más cincuenta y cuatro uno dos tres uno dos tres cinco seis siete ocho extensión doce",
                "+54-123-123-5678 ext. 12",
            ),
            ("doce euros y cinco centavos", "€12,05"),
            ("vigesimosegunda", "22.ª"),
            (
                "las tres personas vieron dos gatos",
                "las tres personas vieron dos gatos",
            ),
            (
                "el punto de vista, por lo menos uno",
                "el punto de vista, por lo menos uno",
            ),
            ("tres centímetros", "3 cm"),
        ],
    );
}

#[test]
fn kinds_are_switched_off_one_by_one() {
    let spoken = [
        ("cardinal", "two hundred and fifty four"),
        ("ordinal", "twenty first"),
        ("decimal", "sixty point two"),
        ("money", "two dollars"),
        ("date", "nineteen eighties"),
        ("time", "half past three"),
        ("phone", "a b nine"),
        ("percent", "two percent"),
        ("measure", "two meters"),
        ("fraction", "two thirds"),
        ("version", "version two point five"),
        ("address", "kore dot ai"),
        ("title", "mister dao"),
        ("abbreviation", "for example"),
    ];
    for (name, text) in spoken {
        let kind = Kind::named(name).unwrap();
        let only = Itn::new(Language::English, Kinds::NONE.with(kind));
        assert_ne!(only.write(text), text, "{name}");
        let off = Itn::new(Language::English, Kinds::NONE);
        assert_eq!(off.write(text), text, "{name}");
        let others = Kinds::ALL.without(kind);
        assert!(!others.contains(kind));
    }
}

proptest! {
    #[test]
    fn any_text_is_taken(text in any::<String>(), language in 0_usize..4) {
        let _ = ITNS[language].write(&text);
    }

    #[test]
    fn number_words_in_any_order_are_taken(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "one", "oh", "twenty", "eleven", "hundred", "and", "thousand", "million", "point",
                "minus", "first", "july", "the", "of", "a", "m", "p", "dollars", "cents", "percent",
                "square", "meter", "per", "dot", "at", "slash", "w", "http", "colon", "half", "past",
                "to", "double", "plus", "quadrillion", "septillion",
            ]),
            0..14,
        ),
    ) {
        let _ = ITNS[0].write(&words.join(" "));
    }

    #[test]
    fn written_text_stays(words in proptest::collection::vec("[a-z]{1,7}x[,.?!]?|[0-9]{2,5}", 0..12)) {
        let text = words.join(" ");
        prop_assert_eq!(ITNS[0].write(&text), text);
    }
}
