using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Sillage.Api.Requests.Reading;

/// <summary>What an annotation asks for, in the words of the API rather than of .NET.</summary>
public static class AnnotationWords
{
    /// <summary>A sentence; the annotation's own message where it has one.</summary>
    public static string Of(ValidationAttribute annotation, string name)
    {
        if (annotation.ErrorMessage is not null || annotation.ErrorMessageResourceName is not null)
        {
            return annotation.FormatErrorMessage(name);
        }

        return annotation switch
        {
            RequiredAttribute => "Must not be empty.",
            StringLengthAttribute a => Between(a.MinimumLength, a.MaximumLength, "characters"),
            LengthAttribute a => Between(a.MinimumLength, a.MaximumLength, "items or characters"),
            MinLengthAttribute a => $"At least {a.Length} items or characters.",
            MaxLengthAttribute a => $"At most {a.Length} items or characters.",
            RangeAttribute a => string.Create(
                CultureInfo.InvariantCulture,
                $"From {a.Minimum}{(a.MinimumIsExclusive ? " (excluded)" : "")} to {a.Maximum}{(a.MaximumIsExclusive ? " (excluded)" : "")}."
            ),
            RegularExpressionAttribute a => $"Must have the form {a.Pattern}.",
            EmailAddressAttribute => "An e-mail address.",
            UrlAttribute => "An address that begins with http://, https:// or ftp://.",
            AllowedValuesAttribute a => $"One of {string.Join(", ", a.Values)}.",
            DeniedValuesAttribute a => $"None of {string.Join(", ", a.Values)}.",
            _ => annotation.FormatErrorMessage(name),
        };
    }

    private static string Between(int least, int most, string what) =>
        least == 0 ? $"At most {most} {what}." : $"From {least} to {most} {what}.";
}
