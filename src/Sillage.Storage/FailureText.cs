namespace Sillage.Storage;

/// <summary>The words in which a failed attempt is kept.</summary>
internal static class FailureText
{
    private const int LongestError = 2000;

    /// <summary>What is kept of an error: enough to find its cause, bounded, and without what PostgreSQL cannot store.</summary>
    public static string Of(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}".Replace('\0', ' ');
        return text.Length <= LongestError ? text : text[..LongestError];
    }
}
