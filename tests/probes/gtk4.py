#!/usr/bin/python3
"""A GTK 4 window with text fields."""

import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gdk", "4.0")
from gi.repository import Gdk, GLib, Gtk

from probe import FIELDS, PASSWORD, Commands, tell

Gtk.init()
loop = GLib.MainLoop()
window = Gtk.Window(title="probe gtk4", default_width=480, default_height=300)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
window.set_child(box)


def make(field):
    if field == 2:
        widget = Gtk.TextView(wrap_mode=Gtk.WrapMode.WORD_CHAR)
        widget.set_size_request(-1, 80)
        widget.get_buffer().connect("changed", lambda _: tell("text", field=field, text=read(field)))
    else:
        widget = Gtk.Text()
        if field == PASSWORD:
            widget.set_visibility(False)
            widget.set_input_purpose(Gtk.InputPurpose.PASSWORD)
        widget.connect("changed", lambda _: tell("text", field=field, text=read(field)))
    widget.connect("preedit-changed", lambda _, text: tell("preedit", field=field, text=text))
    keys = Gtk.EventControllerKey()
    keys.connect("key-pressed", lambda _, keyval, *__: tell_key(field, keyval, "press"))
    keys.connect("key-released", lambda _, keyval, *__: tell_key(field, keyval, "release"))
    widget.add_controller(keys)
    focus = Gtk.EventControllerFocus()
    focus.connect("enter", lambda _: tell("focused", field=field))
    widget.add_controller(focus)
    return widget


def tell_key(field, keyval, edge):
    tell("key", field=field, name=Gdk.keyval_name(keyval), edge=edge)
    return False


def read(field):
    buffer = fields[field].get_buffer()
    return buffer.get_text(*buffer.get_bounds(), True) if field == 2 else buffer.get_text()


def clear(field):
    if field == 2:
        fields[field].get_buffer().set_text("")
    else:
        fields[field].get_buffer().set_text("", 0)


fields = [make(field) for field in FIELDS]
for widget in fields:
    frame = Gtk.Frame(child=widget)
    box.append(frame)



def focus(field):
    widget = fields[field]
    (widget.grab_focus if field == 2 else widget.grab_focus_without_selecting)()


commands = Commands(focus, read, clear, loop.quit)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, lambda *_: commands.take())
window.connect("close-request", lambda _: loop.quit())
window.connect("map", lambda _: tell("ready"))
window.present()
loop.run()
