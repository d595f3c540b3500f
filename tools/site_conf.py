# Copyright (c) 2026, openmultistack.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the site (tools/site). Every reference leads somewhere, but for those to Ansible's own pages."""

from __future__ import annotations

project = "openmultistack.cloud"
project_copyright = "2026, openmultistack.cloud contributors"
html_title = "openmultistack.cloud"
html_theme = "alabaster"
html_theme_options = {"page_width": "1200px"}
html_show_sphinx = False
html_use_index = False
html_copy_source = False
extensions = ["sphinx_antsibull_ext"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
nitpicky = True
nitpick_ignore_regex = [
    ("std:ref", "action_plugins|ansible_configuration_settings|common_return_values"),
    ("std:envvar", "ANSIBLE_.*"),
]
