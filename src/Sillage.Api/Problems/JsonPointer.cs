using System.Globalization;

namespace Sillage.Api.Problems;

/// <summary>
/// Makes JSON Pointers (RFC 6901), as <see cref="FieldError"/> takes them, step by step. None is long: where a name would make it longer than
/// <see cref="MaximumLength"/>, it ends in <c>/…</c> and goes no further down.
/// </summary>
public static class JsonPointer
{
    /// <summary>The whole document.</summary>
    public const string Root = "";

    /// <summary>
    /// The most characters of a pointer: a name may be as long as the body and hold as many faults as there is room for, and with all of it before each,
    /// the memory that a request takes would go by the square of its length.
    /// </summary>
    public const int MaximumLength = 1000;

    /// <summary>The step that stands for all that are left out.</summary>
    public const string Rest = "/…";

    /// <summary>The member <paramref name="name"/> of what <paramref name="parent"/> points to.</summary>
    public static string Member(string parent, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length > MaximumLength
            ? Down(parent, Rest)
            : Down(
                parent,
                "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            );
    }

    /// <summary>The item at <paramref name="index"/> of what <paramref name="parent"/> points to.</summary>
    public static string Item(string parent, int index) =>
        Down(parent, "/" + index.ToString(CultureInfo.InvariantCulture));

    private static string Down(string parent, string step)
    {
        ArgumentNullException.ThrowIfNull(parent);
        return parent.EndsWith(Rest, StringComparison.Ordinal) ? parent
            : parent.Length + step.Length > MaximumLength - Rest.Length && step != Rest ? parent + Rest
            : parent + step;
    }
}
