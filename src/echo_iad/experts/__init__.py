"""The paper's four experts (section 3.4) and the Visual Comparator: thin glue over the packages below."""
