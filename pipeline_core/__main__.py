"""`python -m pipeline_core` is `suitability`."""

from pipeline_core.cli.main import main

if __name__ == "__main__":
    main()
