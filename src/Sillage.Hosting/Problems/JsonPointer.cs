using System.Globalization;

namespace Sillage.Hosting.Problems;

/// <summary>Makes JSON Pointers (RFC 6901), as <see cref="FieldError"/> takes them, step by step.</summary>
public static class JsonPointer
{
    /// <summary>The whole document.</summary>
    public const string Root = "";

    /// <summary>The member <paramref name="name"/> of what <paramref name="parent"/> points to.</summary>
    public static string Member(string parent, string name) =>
        parent + "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The item at <paramref name="index"/> of what <paramref name="parent"/> points to.</summary>
    public static string Item(string parent, int index) => parent + "/" + index.ToString(CultureInfo.InvariantCulture);
}
