"""What is true of the stored shop at any moment, whatever was killed or raced (quality.md, I1-I12).

Each subject is a module with its ``INVARIANTS``; :func:`checking.violations` tries them all.
"""
