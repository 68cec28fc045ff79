using System.CommandLine;
using System.Diagnostics.CodeAnalysis;

namespace Sillage.Hosting.Verbs;

/// <summary>A verb with examples, which its help shows last.</summary>
/// <param name="name">What is typed.</param>
/// <param name="description">What it does.</param>
/// <param name="examples">Command lines, and what each is good for.</param>
[SuppressMessage(
    "Design",
    "CA1010:Generic interface should also be implemented",
    Justification = "The library's command is a list only so that its parts can stand in braces."
)]
public sealed class Verb(string name, string description, params (string Line, string Meaning)[] examples)
    : Command(name, description)
{
    /// <summary>Command lines, and what each is good for.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples { get; } = examples;
}
