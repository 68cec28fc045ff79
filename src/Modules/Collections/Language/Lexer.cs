using System.Globalization;
using System.Text;

namespace Sillage.Collections.Language;

internal enum TokenKind
{
    End,
    Name,
    Text,
    Number,
    At,
    Symbol,
}

internal readonly record struct Token(TokenKind Kind, string Text, int At)
{
    public bool Is(string symbol) => Kind is TokenKind.Symbol or TokenKind.Name && Text == symbol;
}

/// <summary>Cuts a text of the language into its words.</summary>
internal static class Lexer
{
    private static readonly string[] Symbols =
    [
        "!=",
        "<=",
        ">=",
        "!~",
        "=",
        "<",
        ">",
        "~",
        "(",
        ")",
        ",",
        ".",
        "+",
        "-",
    ];

    /// <summary>The words, the last of which is the end; null where something is none.</summary>
    public static List<Token>? Read(string text, out Fault? fault)
    {
        var tokens = new List<Token>();
        fault = null;
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            var begin = at;
            if (IsLetter(c))
            {
                tokens.Add(new Token(TokenKind.Name, Run(text, ref at), begin));
            }
            else if (c == '@')
            {
                at++;
                tokens.Add(new Token(TokenKind.At, Run(text, ref at), begin));
            }
            else if (char.IsAsciiDigit(c))
            {
                tokens.Add(new Token(TokenKind.Number, Number(text, ref at), begin));
            }
            else if (c is '"' or '\'')
            {
                if (Quoted(text, ref at, out fault) is not { } value)
                {
                    return null;
                }

                tokens.Add(new Token(TokenKind.Text, value, begin));
            }
            else if (Array.Find(Symbols, s => string.CompareOrdinal(text, begin, s, 0, s.Length) == 0) is { } symbol)
            {
                at += symbol.Length;
                tokens.Add(new Token(TokenKind.Symbol, symbol, begin));
            }
            else
            {
                fault = new Fault(at, "This character has no meaning here.");
                return null;
            }
        }

        tokens.Add(new Token(TokenKind.End, "", text.Length));
        return tokens;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';

    private static string Run(string text, ref int at)
    {
        var begin = at;
        while (at < text.Length && (IsLetter(text[at]) || char.IsAsciiDigit(text[at])))
        {
            at++;
        }

        return text[begin..at];
    }

    private static string Number(string text, ref int at)
    {
        var begin = at;
        Digits(text, ref at);
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            Digits(text, ref at);
        }

        // 1e3 is a number, 1h is a length of time.
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            exponent += exponent < text.Length && text[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                at = exponent;
                Digits(text, ref at);
            }
        }

        return text[begin..at];
    }

    private static void Digits(string text, ref int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }
    }

    private static string? Quoted(string text, ref int at, out Fault? fault)
    {
        var (begin, quote) = (at, text[at]);
        var value = new StringBuilder();
        fault = null;
        for (at++; at < text.Length; at++)
        {
            var c = text[at];
            if (c == quote)
            {
                at++;
                if (!IsStorable(value.ToString()))
                {
                    fault = new Fault(begin, "U+0000 and unpaired surrogates are in no text.");
                    return null;
                }

                return value.ToString();
            }

            if (c != '\\')
            {
                value.Append(c);
                continue;
            }

            at++;
            var escape = at < text.Length ? text[at] : '\0';
            if (escape == 'u' && at + 4 < text.Length)
            {
                if (
                    !ushort.TryParse(
                        text.AsSpan(at + 1, 4),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var unit
                    )
                )
                {
                    fault = new Fault(at, "Four hexadecimal digits are expected after \\u.");
                    return null;
                }

                value.Append((char)unit);
                at += 4;
                continue;
            }

            var meant = "\"'\\/nrt".IndexOf(escape, StringComparison.Ordinal);
            if (meant < 0 || escape == '\0')
            {
                fault = new Fault(
                    Math.Min(at, text.Length),
                    "Not an escape: \\\", \\', \\\\, \\/, \\n, \\r, \\t and \\u are."
                );
                return null;
            }

            value.Append("\"'\\/\n\r\t"[meant]);
        }

        fault = new Fault(begin, "The text has no end.");
        return null;
    }

    private static bool IsStorable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0)
            {
                return false;
            }
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])))
            {
                return false;
            }

            i += char.IsSurrogate(text[i]) ? 1 : 0;
        }

        return true;
    }
}
