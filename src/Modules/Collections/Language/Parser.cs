using System.Globalization;

namespace Sillage.Collections.Language;

/// <summary>Reads the language of filters and rules; its grammar stands in docs/guide/collections.md.</summary>
internal sealed class Parser
{
    /// <summary>The most characters of a text.</summary>
    public const int LongestText = 4000;

    private const int Deepest = 32;
    private const int MostParts = 200;

    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;
    private int _parts;
    private Fault? _fault;

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_next];

    /// <summary>The expression; null if the text is none, and <paramref name="fault"/> says why.</summary>
    public static Node? TryParse(string text, out Fault? fault)
    {
        if (text.Length > LongestText)
        {
            fault = new Fault(LongestText, $"The text has more than {LongestText} characters.");
            return null;
        }

        if (Lexer.Read(text, out fault) is not { } tokens)
        {
            return null;
        }

        var parser = new Parser(tokens);
        var node = parser.Either();
        if (node is not null && parser.Current.Kind != TokenKind.End)
        {
            node = parser.Fail<Node>("'and', 'or' or the end is expected here.");
        }

        fault = parser._fault;
        return node;
    }

    /// <summary>The conditions of an expression that all have to hold, as they are written.</summary>
    public static IReadOnlyList<string> Conditions(string text)
    {
        if (TryParse(text, out _) is not AndNode || Lexer.Read(text, out _) is not { } tokens)
        {
            return [text];
        }

        var parts = new List<string>();
        var (depth, begin) = (0, 0);
        foreach (var token in tokens)
        {
            depth +=
                token.Is("(") ? 1
                : token.Is(")") ? -1
                : 0;
            if (depth == 0 && (token.Is("and") || token.Kind == TokenKind.End))
            {
                parts.Add(text[begin..token.At].Trim());
                begin = token.At + token.Text.Length;
            }
        }

        return parts;
    }

    private Node? Either()
    {
        var left = Both();
        while (left is not null && Take("or"))
        {
            left = Both() is { } right && Counted() ? new OrNode(left, right) : null;
        }

        return left;
    }

    private Node? Both()
    {
        var left = One();
        while (left is not null && Take("and"))
        {
            left = One() is { } right && Counted() ? new AndNode(left, right) : null;
        }

        return left;
    }

    private Node? One()
    {
        if (++_depth > Deepest)
        {
            return Fail<Node>($"At most {Deepest} levels are read.");
        }

        var node = Inner();
        _depth--;
        return node;
    }

    private Node? Inner()
    {
        var at = Current.At;
        if (Take("not"))
        {
            return One() is { } inner ? new NotNode(inner, at) : null;
        }

        if (Take("("))
        {
            return Either() is { } inner ? (Take(")") ? inner : Fail<Node>("')' is expected here.")) : null;
        }

        return Test(at);
    }

    private Node? Test(int at)
    {
        if (!Counted() || Value() is not { } left)
        {
            return null;
        }

        if (Take("in"))
        {
            return Items() is { } items ? new InNode(left, items, at) : null;
        }

        if (Operator() is not { } by)
        {
            return left switch
            {
                TruthOperand truth => new TruthNode(truth.Value, at),
                PathOperand => new CompareNode(left, Comparison.Equal, new TruthOperand(true, at), at),
                _ => Fail<Node>("A comparison is expected here: =, !=, <, <=, >, >=, ~, !~, has or in."),
            };
        }

        return Value() is { } right ? new CompareNode(left, by, right, at) : null;
    }

    private List<Operand>? Items()
    {
        if (!Take("("))
        {
            return Fail<List<Operand>>("'(' is expected after in.");
        }

        var items = new List<Operand>();
        do
        {
            if (!Counted() || Value() is not { } item)
            {
                return null;
            }

            items.Add(item);
        } while (Take(","));
        return Take(")") ? items : Fail<List<Operand>>("',' or ')' is expected here.");
    }

    private Comparison? Operator()
    {
        var by = Current switch
        {
            { Kind: TokenKind.Symbol, Text: "=" } => Comparison.Equal,
            { Kind: TokenKind.Symbol, Text: "!=" } => Comparison.NotEqual,
            { Kind: TokenKind.Symbol, Text: "<" } => Comparison.Less,
            { Kind: TokenKind.Symbol, Text: "<=" } => Comparison.LessOrEqual,
            { Kind: TokenKind.Symbol, Text: ">" } => Comparison.Greater,
            { Kind: TokenKind.Symbol, Text: ">=" } => Comparison.GreaterOrEqual,
            { Kind: TokenKind.Symbol, Text: "~" } => Comparison.Contains,
            { Kind: TokenKind.Symbol, Text: "!~" } => Comparison.NotContains,
            { Kind: TokenKind.Name, Text: "has" } => Comparison.Has,
            _ => (Comparison?)null,
        };
        _next += by is null ? 0 : 1;
        return by;
    }

    private Operand? Value()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Text:
                _next++;
                return new TextOperand(token.Text, token.At);
            case TokenKind.Number:
                _next++;
                return new NumberOperand(token.Text, token.At);
            case TokenKind.Symbol when token.Text == "-" && _tokens[_next + 1].Kind == TokenKind.Number:
                _next += 2;
                return new NumberOperand("-" + _tokens[_next - 1].Text, token.At);
            case TokenKind.Name when token.Text is "true" or "false":
                _next++;
                return new TruthOperand(token.Text == "true", token.At);
            case TokenKind.Name when token.Text == "null":
                _next++;
                return new NullOperand(token.At);
            case TokenKind.Name when token.Text is not ("and" or "or" or "not" or "has" or "in"):
                return Path(token);
            case TokenKind.At when token.Text == "now":
                _next++;
                return Now(token);
            case TokenKind.At when token.Text == "me":
                _next++;
                return Take(".") && Current is { Kind: TokenKind.Name, Text: "id" or "role" or "username" } member
                    ? Advance(new MeOperand(member.Text, token.At))
                    : Fail<Operand>("@me.id, @me.role or @me.username is expected here.");
            default:
                return Fail<Operand>("A field, a value, @me or @now is expected here.");
        }
    }

    private PathOperand? Path(Token first)
    {
        var names = new List<string> { first.Text };
        _next++;
        while (Take("."))
        {
            if (Current.Kind != TokenKind.Name)
            {
                return Fail<PathOperand>("The name of a field is expected after the dot.");
            }

            names.Add(Current.Text);
            _next++;
        }

        return new PathOperand(names, first.At);
    }

    private NowOperand? Now(Token at)
    {
        if (Current is not { Kind: TokenKind.Symbol, Text: "+" or "-" } sign)
        {
            return new NowOperand(TimeSpan.Zero, at.At);
        }

        _next++;
        var number = Current;
        var unit = number.Kind == TokenKind.Number ? _tokens[_next + 1] : number;
        if (
            number.Kind != TokenKind.Number
            || !int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > 100_000
            || unit is not { Kind: TokenKind.Name, Text: "d" or "h" or "m" or "s" }
        )
        {
            return Fail<NowOperand>("A length of time is expected here, such as 7d, 12h, 30m or 10s.");
        }

        _next += 2;
        var span = unit.Text switch
        {
            "d" => TimeSpan.FromDays(count),
            "h" => TimeSpan.FromHours(count),
            "m" => TimeSpan.FromMinutes(count),
            _ => TimeSpan.FromSeconds(count),
        };
        return new NowOperand(sign.Text == "-" ? -span : span, at.At);
    }

    private bool Take(string word)
    {
        if (!Current.Is(word))
        {
            return false;
        }

        _next++;
        return true;
    }

    private Operand Advance(Operand operand)
    {
        _next++;
        return operand;
    }

    private bool Counted()
    {
        if (++_parts <= MostParts)
        {
            return true;
        }

        Fail<Node>($"At most {MostParts} conditions are read.");
        return false;
    }

    private T? Fail<T>(string says)
        where T : class
    {
        _fault ??= new Fault(Current.At, says);
        return null;
    }
}
