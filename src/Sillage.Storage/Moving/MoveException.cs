namespace Sillage.Storage.Moving;

/// <summary>Data cannot be moved; the message says why and what to do, in one line. The data folder is as it was.</summary>
public sealed class MoveException : StorageSetupException
{
    /// <summary>Says what is wrong and what to do.</summary>
    public MoveException(string message, Exception? inner = null)
        : base(message, inner) { }
}
