@{
    Severity     = @('Error', 'Warning')
    # The scripts here talk to a person at a terminal.
    ExcludeRules = @('PSAvoidUsingWriteHost')
}
