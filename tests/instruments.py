"""An instrument that a made-up organisation wrote itself."""

LANTERN = """
id: lantern
version: "1"
title: {en: Lantern questions, fr: Questions de la lanterne}
exploitation: any
enabled: true
population: {label: Anyone, basis: today}
source: {citation: Harbour House, certainty: ours}
rule: {kind: score, positive_from: 1, certainty: ours}
indicators:
  - id: papers_kept
    label: {en: Someone keeps their papers, fr: Quelqu'un garde ses papiers}
    help: Passport, visa or identity card.
  - id: asked_for_papers
    label: They asked for them
    ask_if: {papers_kept: present}
"""
