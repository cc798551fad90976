"""An input context of our own on the input method's bus: the bare text field that `support/field.rs` measures with.

`field.py ADDRESS` tells JSON lines: {"event": "ready"}, {"event": "preedit", "text": …, "stable": N} where the first N
characters are not drawn in a color of their own, {"event": "commit", "text": …}. The line `keys N` on stdin sends N
presses and releases of Shift through the input method; the answer is {"event": "keys", "us": [round trips]}.
"""

import os
import sys
import time

from gi.repository import Gio, GLib

from probe import tell

BUS = "org.freedesktop.IBus"
CONTEXT = BUS + ".InputContext"
# Preedit, focus, surrounding text and the like, as GTK's input contexts have them.
CAPABILITIES = 0xA9
FOREGROUND = 2
SHIFT, SHIFT_KEYCODE, RELEASED = 0xFFE1, 42, 1 << 30 | 1
PAUSE_S = 0.001


def text_of(serialized):
    """The text of an IBusText, and how many characters come before the first colored one."""
    text, (_, _, attributes) = serialized[2], serialized[3]
    colored = [start for _, _, kind, _, start, _ in attributes if kind == FOREGROUND]
    return text, min(colored, default=len(text))


def main():
    flags = Gio.DBusConnectionFlags
    connection = Gio.DBusConnection.new_for_address_sync(
        sys.argv[1], flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None
    )

    def call(path, interface, method, arguments=None):
        return connection.call_sync(BUS, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 5000, None)

    created = call("/org/freedesktop/IBus", BUS, "CreateInputContext", GLib.Variant("(s)", ("a text field",)))
    (path,) = created.unpack()

    def signalled(_connection, _sender, _path, _interface, member, arguments):
        if member == "CommitText":
            tell("commit", text=text_of(arguments.unpack()[0])[0])
        elif member == "UpdatePreeditText":
            serialized, _caret, visible = arguments.unpack()
            text, n_stable = text_of(serialized) if visible else ("", 0)
            tell("preedit", text=text, stable=n_stable)
        elif member == "HidePreeditText":
            tell("preedit", text="", stable=0)

    connection.signal_subscribe(None, CONTEXT, None, path, None, Gio.DBusSignalFlags.NONE, signalled)
    call(path, CONTEXT, "SetCapabilities", GLib.Variant("(u)", (CAPABILITIES,)))
    call(path, CONTEXT, "FocusIn")

    def press(state):
        key = GLib.Variant("(uuu)", (SHIFT, SHIFT_KEYCODE, state))
        start = time.perf_counter_ns()
        call(path, CONTEXT, "ProcessKeyEvent", key)
        return (time.perf_counter_ns() - start) / 1000

    loop = GLib.MainLoop()

    def commanded(_source, _condition):
        chunk = os.read(sys.stdin.fileno(), 4096)
        if not chunk:
            loop.quit()
            return False
        for line in chunk.decode().split("\n"):
            if line.startswith("keys "):
                times = []
                for _ in range(int(line.removeprefix("keys "))):
                    for state in (0, RELEASED):
                        times.append(press(state))
                        time.sleep(PAUSE_S)
                tell("keys", us=times)
        return True

    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_IN | GLib.IO_HUP, commanded)
    tell("ready")
    loop.run()


main()
