"""The application that anybody may begin: no log-in, a draft that survives, a code that opens it again."""
