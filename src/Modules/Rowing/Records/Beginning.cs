namespace Sillage.Rowing.Records;

/// <summary>The beginning of a text that is too long.</summary>
internal static class Beginning
{
    /// <summary>As much of it as fits, in whole characters: half of a surrogate pair cannot be stored.</summary>
    public static string Of(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
