using Sillage.Hosting.Verbs;

namespace Sillage.Traces.Import;

/// <summary>An import cannot be done, or not to its end; the message says why and what to do, in one line.</summary>
public sealed class ImportException : VerbException
{
    /// <summary>Says what is wrong and what to do about it.</summary>
    public ImportException(string message, Exception? inner = null)
        : base(message, inner) { }
}
