namespace Sillage.Api.Formats;

/// <summary>The beginning of a text that is too long.</summary>
public static class Beginning
{
    /// <summary>As much of it as fits, in whole characters: half of a surrogate pair cannot be stored.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many UTF-16 units fit, 1 or more.</param>
    public static string Of(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
    }
}
