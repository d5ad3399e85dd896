"""deciders/embedded"""
