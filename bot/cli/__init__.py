"""The commands of ``qungui``, one module per group."""
