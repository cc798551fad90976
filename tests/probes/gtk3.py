#!/usr/bin/python3
"""A GTK 3 window with text fields."""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk

from probe import FIELDS, PASSWORD, Commands, tell

window = Gtk.Window(title="probe gtk3")
window.set_default_size(480, 300)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin=12)
window.add(box)


def line_field(field):
    entry = Gtk.Entry()
    if field == PASSWORD:
        entry.set_visibility(False)
        entry.set_input_purpose(Gtk.InputPurpose.PASSWORD)
    entry.connect("changed", lambda entry: tell("text", field=field, text=entry.get_text()))
    return entry


def several_lines(field):
    view = Gtk.TextView(wrap_mode=Gtk.WrapMode.WORD_CHAR)
    view.set_size_request(-1, 80)
    view.get_buffer().connect("changed", lambda _: tell("text", field=field, text=read(field)))
    return view


def read(field):
    widget = fields[field]
    if isinstance(widget, Gtk.Entry):
        return widget.get_text()
    return widget.get_buffer().get_text(*widget.get_buffer().get_bounds(), True)


def clear(field):
    widget = fields[field]
    (widget if isinstance(widget, Gtk.Entry) else widget.get_buffer()).set_text("")


def watch(field, widget):
    def key(edge):
        return lambda _, event: tell("key", field=field, name=Gdk.keyval_name(event.keyval), edge=edge)

    widget.connect("preedit-changed", lambda _, text: tell("preedit", field=field, text=text))
    widget.connect("key-press-event", key("press"))
    widget.connect("key-release-event", key("release"))
    widget.connect("focus-in-event", lambda *_: tell("focused", field=field))


fields = [several_lines(field) if field == 2 else line_field(field) for field in FIELDS]
for field, widget in enumerate(fields):
    watch(field, widget)
    box.pack_start(widget, False, False, 0)



def focus(field):
    widget = fields[field]
    (widget.grab_focus if field == 2 else widget.grab_focus_without_selecting)()


commands = Commands(focus, read, clear, Gtk.main_quit)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, lambda *_: commands.take())
window.connect("destroy", Gtk.main_quit)
window.connect("map-event", lambda *_: tell("ready"))
window.show_all()
Gtk.main()
