@{
    Severity     = @('Error', 'Warning')
    # The scripts here talk to a person at a terminal.
    # PowerShell 7 reads UTF-8 without a byte order mark.
    ExcludeRules = @('PSAvoidUsingWriteHost', 'PSUseBOMForUnicodeEncodedFile')
}
