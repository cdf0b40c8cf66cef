"""Pictures that go with messages: what is drawn as shapes on a sheet, and the sheet as a PNG."""
