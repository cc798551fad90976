//! `IBusComponent` and `IBusEngineDesc`: what a program announces, and the XML file that says the same.

use std::fmt::Write as _;

use zbus::{Array, Signature, Variant};

use super::{Decoder, Encoder, Serializable, WireError};

/// A program that offers engines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Component {
    /// Bus name of the program, such as `org.freedesktop.IBus.Sotto`.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Version of the program.
    pub version: String,
    /// SPDX license expression.
    pub license: String,
    /// Who made it.
    pub author: String,
    /// Address of its site.
    pub homepage: String,
    /// Command line by which the daemon starts it.
    pub exec: String,
    /// Domain of its translations.
    pub textdomain: String,
    /// The engines it offers.
    pub engines: Vec<EngineDesc>,
}

/// An engine as the user can choose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineDesc {
    /// Name by which it is selected.
    pub name: String,
    /// Name for people.
    pub longname: String,
    /// One sentence.
    pub description: String,
    /// Language code, or `other`.
    pub language: String,
    /// SPDX license expression.
    pub license: String,
    /// Who made it.
    pub author: String,
    /// Icon name or path.
    pub icon: String,
    /// Keyboard layout; `default` keeps the one in use, any other name switches the user's keyboard.
    pub layout: String,
    /// Place among the engines of one language; higher is first.
    pub rank: u32,
    /// Hot keys.
    pub hotkeys: String,
    /// Few characters for the panel.
    pub symbol: String,
    /// Command that opens its settings.
    pub setup: String,
    /// Variant of the layout.
    pub layout_variant: String,
    /// Option of the layout.
    pub layout_option: String,
    /// Version of the engine.
    pub version: String,
    /// Domain of its translations.
    pub textdomain: String,
    /// Key of the property whose symbol the panel shows.
    pub icon_prop_key: String,
}

impl Default for EngineDesc {
    fn default() -> Self {
        Self {
            name: String::new(),
            longname: String::new(),
            description: String::new(),
            language: "other".to_owned(),
            license: String::new(),
            author: String::new(),
            icon: String::new(),
            layout: "default".to_owned(),
            rank: 0,
            hotkeys: String::new(),
            symbol: String::new(),
            setup: String::new(),
            layout_variant: String::new(),
            layout_option: String::new(),
            version: String::new(),
            textdomain: String::new(),
            icon_prop_key: String::new(),
        }
    }
}

impl Component {
    /// Whether this component offers an engine of that name.
    #[must_use]
    pub fn offers(&self, engine: &str) -> bool {
        self.engines.iter().any(|desc| desc.name == engine)
    }

    /// The component file that `ibus-daemon` reads from its component directories.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<component>\n");
        for (tag, value) in [
            ("name", &self.name),
            ("description", &self.description),
            ("exec", &self.exec),
            ("version", &self.version),
            ("author", &self.author),
            ("license", &self.license),
            ("homepage", &self.homepage),
            ("textdomain", &self.textdomain),
        ] {
            element(&mut xml, "  ", tag, value);
        }
        xml.push_str("  <engines>\n");
        for engine in &self.engines {
            xml.push_str("    <engine>\n");
            for (tag, value) in [
                ("name", &engine.name),
                ("longname", &engine.longname),
                ("description", &engine.description),
                ("language", &engine.language),
                ("license", &engine.license),
                ("author", &engine.author),
                ("icon", &engine.icon),
                ("layout", &engine.layout),
                ("layout_variant", &engine.layout_variant),
                ("layout_option", &engine.layout_option),
                ("hotkeys", &engine.hotkeys),
                ("symbol", &engine.symbol),
                ("setup", &engine.setup),
                ("version", &engine.version),
                ("textdomain", &engine.textdomain),
                ("icon_prop_key", &engine.icon_prop_key),
                ("rank", &engine.rank.to_string()),
            ] {
                element(&mut xml, "      ", tag, value);
            }
            xml.push_str("    </engine>\n");
        }
        xml.push_str("  </engines>\n</component>\n");
        xml
    }
}

fn element(xml: &mut String, indent: &str, tag: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let value = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    writeln!(xml, "{indent}<{tag}>{value}</{tag}>").expect("writing to a String cannot fail");
}

impl Serializable for Component {
    const NAME: &'static str = "IBusComponent";

    fn encode(&self) -> Variant<'static> {
        let mut encoder = Encoder::of::<Self>()
            .string(&self.name)
            .string(&self.description)
            .string(&self.version)
            .string(&self.license)
            .string(&self.author)
            .string(&self.homepage)
            .string(&self.exec)
            .string(&self.textdomain);
        // Observed paths: directories whose change makes the daemon read the component anew.
        encoder
            .0
            .push(Variant::Array(Array::new(&Signature::Variant)));
        encoder.objects(&self.engines).finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        Ok(Self {
            name: fields.string(2)?,
            description: fields.string(3)?,
            version: fields.string(4)?,
            license: fields.string(5)?,
            author: fields.string(6)?,
            homepage: fields.string(7)?,
            exec: fields.string(8)?,
            textdomain: fields.string(9)?,
            engines: fields.objects(11)?,
        })
    }
}

impl Serializable for EngineDesc {
    const NAME: &'static str = "IBusEngineDesc";

    fn encode(&self) -> Variant<'static> {
        Encoder::of::<Self>()
            .string(&self.name)
            .string(&self.longname)
            .string(&self.description)
            .string(&self.language)
            .string(&self.license)
            .string(&self.author)
            .string(&self.icon)
            .string(&self.layout)
            .uint(self.rank)
            .string(&self.hotkeys)
            .string(&self.symbol)
            .string(&self.setup)
            .string(&self.layout_variant)
            .string(&self.layout_option)
            .string(&self.version)
            .string(&self.textdomain)
            .string(&self.icon_prop_key)
            .finish()
    }

    fn decode(value: &Variant<'_>) -> Result<Self, WireError> {
        let fields = Decoder::of::<Self>(value)?;
        // Older daemons leave out fields at the end.
        let optional = |index| fields.string(index).unwrap_or_default();
        Ok(Self {
            name: fields.string(2)?,
            longname: fields.string(3)?,
            description: fields.string(4)?,
            language: fields.string(5)?,
            license: fields.string(6)?,
            author: fields.string(7)?,
            icon: fields.string(8)?,
            layout: fields.string(9)?,
            rank: fields.uint(10)?,
            hotkeys: optional(11),
            symbol: optional(12),
            setup: optional(13),
            layout_variant: optional(14),
            layout_option: optional(15),
            version: optional(16),
            textdomain: optional(17),
            icon_prop_key: optional(18),
        })
    }
}
