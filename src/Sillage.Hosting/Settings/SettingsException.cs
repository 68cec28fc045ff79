namespace Sillage.Hosting.Settings;

/// <summary>A setting is not known or not valid. The message is one line for whoever wrote it: which, where it stands, what would be right.</summary>
public sealed class SettingsException : Exception
{
    /// <summary>Says what is wrong, in one line.</summary>
    public SettingsException(string message, Exception? inner = null)
        : base(message, inner) { }
}
