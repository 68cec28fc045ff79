namespace Sillage.Collections.Language;

/// <summary>What is wrong with a text of the language, and where.</summary>
/// <param name="At">The character, from 0 on.</param>
/// <param name="Says">What is wrong.</param>
internal sealed record Fault(int At, string Says)
{
    public override string ToString() => $"At character {At + 1}: {Says}";
}

/// <summary>How two values compare.</summary>
internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    NotContains,
    Has,
}

/// <summary>An expression as it is written.</summary>
/// <param name="At">Where it begins.</param>
internal abstract record Node(int At);

internal sealed record AndNode(Node Left, Node Right) : Node(Left.At);

internal sealed record OrNode(Node Left, Node Right) : Node(Left.At);

internal sealed record NotNode(Node Inner, int At) : Node(At);

internal sealed record TruthNode(bool Value, int At) : Node(At);

internal sealed record CompareNode(Operand Left, Comparison By, Operand Right, int At) : Node(At);

internal sealed record InNode(Operand Left, IReadOnlyList<Operand> Items, int At) : Node(At);

/// <summary>What is compared.</summary>
/// <param name="At">Where it begins.</param>
internal abstract record Operand(int At);

/// <summary>A field, or one of a related record.</summary>
internal sealed record PathOperand(IReadOnlyList<string> Names, int At) : Operand(At);

internal sealed record TextOperand(string Value, int At) : Operand(At);

/// <summary>A number as it is written, as how it is read depends on what it is compared with.</summary>
internal sealed record NumberOperand(string Value, int At) : Operand(At);

internal sealed record TruthOperand(bool Value, int At) : Operand(At);

internal sealed record NullOperand(int At) : Operand(At);

/// <summary>Who asks: <c>@me.id</c>, <c>@me.role</c>, <c>@me.username</c>.</summary>
internal sealed record MeOperand(string Member, int At) : Operand(At);

/// <summary>Now, or so much before or after.</summary>
internal sealed record NowOperand(TimeSpan Offset, int At) : Operand(At);
