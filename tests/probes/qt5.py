#!/usr/bin/python3
"""A Qt 5 window with text fields."""

from PyQt5 import QtCore, QtGui, QtWidgets

from qt import run

run("qt5", QtCore, QtGui, QtWidgets)
