#!/usr/bin/python3
"""A Qt 6 window with text fields."""

from PyQt6 import QtCore, QtGui, QtWidgets

from qt import run

run("qt6", QtCore, QtGui, QtWidgets)
