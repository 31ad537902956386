"""By how many months does one group of AI models trail another, and how sure are we?"""

__version__ = "0.1.0"
