"""The parts of a connection to a server of models. The SDK is imported by `echo_iad.mllms.openai_server` alone."""
