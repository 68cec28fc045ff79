namespace Sillage.Search;

/// <summary>A language whose endings the search ignores.</summary>
public enum SearchLanguage
{
    /// <summary>Words count as they are written, case and accents aside.</summary>
    None,

    /// <summary>The English plural.</summary>
    English,

    /// <summary>The French plural and feminine.</summary>
    French,
}
