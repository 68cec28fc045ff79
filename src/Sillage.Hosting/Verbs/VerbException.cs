namespace Sillage.Hosting.Verbs;

/// <summary>A verb cannot do what it is asked, or not to its end; the message says why and what to do, in one line.</summary>
public class VerbException : Exception
{
    /// <summary>Says what is wrong and what to do about it.</summary>
    public VerbException(string message, Exception? inner = null)
        : base(message, inner) { }
}
