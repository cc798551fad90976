"""A Qt window with text fields; run by qt5.py and qt6.py with their binding."""

import sys

from probe import FIELDS, PASSWORD, Commands, tell


def run(binding, QtCore, QtGui, QtWidgets):
    def reporting(base):
        class Reporting(base):
            field = 0

            def inputMethodEvent(self, event):
                tell("preedit", field=self.field, text=event.preeditString())
                super().inputMethodEvent(event)

            def keyPressEvent(self, event):
                tell("key", field=self.field, name=key_name(event), edge="press")
                super().keyPressEvent(event)

            def keyReleaseEvent(self, event):
                tell("key", field=self.field, name=key_name(event), edge="release")
                super().keyReleaseEvent(event)

            def focusInEvent(self, event):
                super().focusInEvent(event)
                tell("focused", field=self.field)

        return Reporting

    def key_name(event):
        return QtGui.QKeySequence(event.key()).toString()

    def make(field):
        widget = reporting(QtWidgets.QPlainTextEdit if field == 2 else QtWidgets.QLineEdit)()
        widget.field = field
        if field == PASSWORD:
            widget.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        widget.textChanged.connect(lambda *_: tell("text", field=field, text=read(field)))
        return widget

    def read(field):
        widget = fields[field]
        return widget.toPlainText() if field == 2 else widget.text()

    app = QtWidgets.QApplication(sys.argv[:1])
    window = QtWidgets.QWidget()
    window.setWindowTitle("probe " + binding)
    window.resize(480, 300)
    layout = QtWidgets.QVBoxLayout(window)
    fields = [make(field) for field in FIELDS]
    for widget in fields:
        layout.addWidget(widget)

    commands = Commands(
        lambda field: fields[field].setFocus(), read, lambda field: fields[field].clear(), app.quit
    )
    stdin = QtCore.QSocketNotifier(sys.stdin.fileno(), QtCore.QSocketNotifier.Type.Read)
    stdin.activated.connect(lambda *_: commands.take())
    window.show()
    QtCore.QTimer.singleShot(0, lambda: tell("ready"))
    (app.exec if hasattr(app, "exec") else app.exec_)()
