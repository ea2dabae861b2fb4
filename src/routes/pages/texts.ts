import type { Trouble } from '../../providers/operation.ts'

/** Each page that a person may see. Those of the providers' troubles among them. */
export type Page = Trouble | 'returned' | 'received' | 'waiting' | 'sent' | 'confirm' | 'completed' | 'pending' | 'gone' | 'refused' | 'away'
export type Notice = 'again' | 'unsent' | 'incomplete'

export interface Texts {
  readonly pages: { readonly [page in Page]: readonly [title: string, line: string] }
  readonly form: { readonly title: string, readonly line: string, readonly value: string, readonly choice: string, readonly picture: string, readonly send: string }
  readonly notices: { readonly [notice in Notice]: string }
}

/** All that people read, by language. Another language is one more member here. */
export const texts = {
  en: {
    pages: {
      returned: ['Thank you', 'Your authorization has been received. You can close this page and go back to the app.'],
      received: ['Thank you', 'Your authorization has been received. We are asking your bank for the result; you can also close this page and go back to the app.'],
      waiting: ['One moment, please', 'We are asking your bank what comes next. This page goes on by itself.'],
      sent: ['One moment, please', 'Your entry has been sent to your bank. This page goes on by itself.'],
      confirm: ['Please confirm with your bank', 'Your bank is waiting for your confirmation. This page goes on by itself as soon as you have confirmed.'],
      completed: ['Done', 'Your authorization is complete. You can close this page and go back to the app.'],
      pending: ['Your bank has not decided yet', 'The app will be told as soon as your bank has decided. You can close this page.'],
      cancelled: ['Authorization cancelled', 'You cancelled the authorization. If that was not what you wanted, go back to the app and start again.'],
      rejected: ['Authorization declined', 'Your bank declined the authorization, or it was declined there. Please go back to the app and start again, or choose another bank.'],
      expired: ['Time is up', 'The authorization was not finished in time. Please go back to the app and start again.'],
      unavailable: ['Your bank is not available', 'Your bank cannot be reached at the moment. Please try again in a few minutes.'],
      reconnect: ['Please connect your account again', 'Your bank no longer knows this connection. Please go back to the app and connect your account again.'],
      interrupted: ['The authorization was interrupted', 'It ended before it was complete. Please go back to the app and start again.'],
      unsupported: ['Your bank does not support this', 'Please go back to the app and choose another bank or account.'],
      failed: ['That did not work', 'The authorization failed. Please go back to the app and start again.'],
      gone: ['This page has expired', 'Please go back to the app; there you see whether your authorization is complete.'],
      refused: ['This link does not work', 'The page was called in a way that we do not understand. Please go back to the app and start again.'],
      away: ['Please try again', 'We could not handle your authorization just now. Reload this page in a few seconds.'],
    },
    form: {
      title: 'Your bank asks for more', line: 'What you enter goes to your bank and is not kept here.', value: 'Your entry', choice: 'Please choose', picture: 'Picture from your bank', send: 'Continue',
    },
    notices: {
      again: 'Your bank did not accept that. Please try again.',
      unsent: 'Your bank could not be reached. Please try again.',
      incomplete: 'Please fill in everything that your bank asks for.',
    },
  },
  de: {
    pages: {
      returned: ['Vielen Dank', 'Ihre Freigabe ist angekommen. Sie können diese Seite schließen und zur App zurückkehren.'],
      received: ['Vielen Dank', 'Ihre Freigabe ist angekommen. Wir fragen Ihre Bank nach dem Ergebnis; Sie können diese Seite auch schließen und zur App zurückkehren.'],
      waiting: ['Einen Moment bitte', 'Wir fragen Ihre Bank, wie es weitergeht. Diese Seite geht von selbst weiter.'],
      sent: ['Einen Moment bitte', 'Ihre Eingabe wurde an Ihre Bank gesendet. Diese Seite geht von selbst weiter.'],
      confirm: ['Bitte bei Ihrer Bank bestätigen', 'Ihre Bank wartet auf Ihre Bestätigung. Diese Seite geht von selbst weiter, sobald Sie bestätigt haben.'],
      completed: ['Fertig', 'Ihre Freigabe ist abgeschlossen. Sie können diese Seite schließen und zur App zurückkehren.'],
      pending: ['Ihre Bank hat noch nicht entschieden', 'Die App erfährt es, sobald Ihre Bank entschieden hat. Sie können diese Seite schließen.'],
      cancelled: ['Freigabe abgebrochen', 'Sie haben die Freigabe abgebrochen. Wenn Sie das nicht wollten, kehren Sie zur App zurück und beginnen Sie von vorn.'],
      rejected: ['Freigabe abgelehnt', 'Ihre Bank hat die Freigabe abgelehnt, oder sie wurde dort abgelehnt. Bitte beginnen Sie in der App von vorn, oder wählen Sie eine andere Bank.'],
      expired: ['Die Zeit ist abgelaufen', 'Die Freigabe wurde nicht rechtzeitig abgeschlossen. Bitte kehren Sie zur App zurück und beginnen Sie von vorn.'],
      unavailable: ['Ihre Bank ist nicht erreichbar', 'Ihre Bank ist im Moment nicht erreichbar. Bitte versuchen Sie es in einigen Minuten noch einmal.'],
      reconnect: ['Bitte verbinden Sie Ihr Konto neu', 'Ihre Bank kennt diese Verbindung nicht mehr. Bitte kehren Sie zur App zurück und verbinden Sie Ihr Konto neu.'],
      interrupted: ['Die Freigabe wurde unterbrochen', 'Sie endete, bevor sie abgeschlossen war. Bitte kehren Sie zur App zurück und beginnen Sie von vorn.'],
      unsupported: ['Ihre Bank unterstützt das nicht', 'Bitte kehren Sie zur App zurück und wählen Sie eine andere Bank oder ein anderes Konto.'],
      failed: ['Das hat nicht geklappt', 'Die Freigabe ist fehlgeschlagen. Bitte kehren Sie zur App zurück und beginnen Sie von vorn.'],
      gone: ['Diese Seite ist abgelaufen', 'Bitte kehren Sie zur App zurück; dort sehen Sie, ob Ihre Freigabe abgeschlossen ist.'],
      refused: ['Dieser Link funktioniert nicht', 'Die Seite wurde auf eine Weise aufgerufen, die wir nicht verstehen. Bitte kehren Sie zur App zurück und beginnen Sie von vorn.'],
      away: ['Bitte versuchen Sie es noch einmal', 'Wir konnten Ihre Freigabe gerade nicht bearbeiten. Laden Sie diese Seite in einigen Sekunden neu.'],
    },
    form: {
      title: 'Ihre Bank braucht noch etwas', line: 'Ihre Eingabe geht an Ihre Bank und wird hier nicht gespeichert.', value: 'Ihre Eingabe', choice: 'Bitte wählen Sie', picture: 'Bild Ihrer Bank', send: 'Weiter',
    },
    notices: {
      again: 'Ihre Bank hat das nicht angenommen. Bitte versuchen Sie es noch einmal.',
      unsent: 'Ihre Bank war nicht erreichbar. Bitte versuchen Sie es noch einmal.',
      incomplete: 'Bitte füllen Sie alles aus, wonach Ihre Bank fragt.',
    },
  },
  fr: {
    pages: {
      returned: ['Merci', 'Votre autorisation a été reçue. Vous pouvez fermer cette page et revenir à l’application.'],
      received: ['Merci', 'Votre autorisation a été reçue. Nous demandons le résultat à votre banque ; vous pouvez aussi fermer cette page et revenir à l’application.'],
      waiting: ['Un instant, s’il vous plaît', 'Nous demandons la suite à votre banque. Cette page avance d’elle-même.'],
      sent: ['Un instant, s’il vous plaît', 'Votre saisie a été envoyée à votre banque. Cette page avance d’elle-même.'],
      confirm: ['Veuillez confirmer auprès de votre banque', 'Votre banque attend votre confirmation. Cette page avance d’elle-même dès que vous avez confirmé.'],
      completed: ['Terminé', 'Votre autorisation est complète. Vous pouvez fermer cette page et revenir à l’application.'],
      pending: ['Votre banque n’a pas encore décidé', 'L’application sera prévenue dès que votre banque aura décidé. Vous pouvez fermer cette page.'],
      cancelled: ['Autorisation annulée', 'Vous avez annulé l’autorisation. Si ce n’était pas voulu, revenez à l’application et recommencez.'],
      rejected: ['Autorisation refusée', 'Votre banque a refusé l’autorisation, ou elle y a été refusée. Revenez à l’application et recommencez, ou choisissez une autre banque.'],
      expired: ['Le délai est écoulé', 'L’autorisation n’a pas été terminée à temps. Revenez à l’application et recommencez.'],
      unavailable: ['Votre banque n’est pas disponible', 'Votre banque est injoignable pour le moment. Réessayez dans quelques minutes.'],
      reconnect: ['Veuillez reconnecter votre compte', 'Votre banque ne connaît plus cette connexion. Revenez à l’application et reconnectez votre compte.'],
      interrupted: ['L’autorisation a été interrompue', 'Elle s’est arrêtée avant la fin. Revenez à l’application et recommencez.'],
      unsupported: ['Votre banque ne le permet pas', 'Revenez à l’application et choisissez une autre banque ou un autre compte.'],
      failed: ['Cela n’a pas fonctionné', 'L’autorisation a échoué. Revenez à l’application et recommencez.'],
      gone: ['Cette page a expiré', 'Revenez à l’application ; vous y verrez si votre autorisation est complète.'],
      refused: ['Ce lien ne fonctionne pas', 'La page a été appelée d’une manière que nous ne comprenons pas. Revenez à l’application et recommencez.'],
      away: ['Veuillez réessayer', 'Nous n’avons pas pu traiter votre autorisation. Rechargez cette page dans quelques secondes.'],
    },
    form: {
      title: 'Votre banque demande encore', line: 'Votre saisie est transmise à votre banque et n’est pas conservée ici.', value: 'Votre saisie', choice: 'Veuillez choisir', picture: 'Image de votre banque', send: 'Continuer',
    },
    notices: {
      again: 'Votre banque ne l’a pas accepté. Veuillez réessayer.',
      unsent: 'Votre banque était injoignable. Veuillez réessayer.',
      incomplete: 'Veuillez remplir tout ce que votre banque demande.',
    },
  },
  es: {
    pages: {
      returned: ['Gracias', 'Hemos recibido su autorización. Puede cerrar esta página y volver a la aplicación.'],
      received: ['Gracias', 'Hemos recibido su autorización. Estamos preguntando el resultado a su banco; también puede cerrar esta página y volver a la aplicación.'],
      waiting: ['Un momento, por favor', 'Estamos preguntando a su banco cómo continuar. Esta página avanza por sí sola.'],
      sent: ['Un momento, por favor', 'Sus datos se han enviado a su banco. Esta página avanza por sí sola.'],
      confirm: ['Confirme con su banco', 'Su banco espera su confirmación. Esta página avanza por sí sola en cuanto haya confirmado.'],
      completed: ['Listo', 'Su autorización está completa. Puede cerrar esta página y volver a la aplicación.'],
      pending: ['Su banco aún no ha decidido', 'La aplicación lo sabrá en cuanto su banco decida. Puede cerrar esta página.'],
      cancelled: ['Autorización cancelada', 'Usted canceló la autorización. Si no era su intención, vuelva a la aplicación y empiece de nuevo.'],
      rejected: ['Autorización rechazada', 'Su banco rechazó la autorización, o se rechazó allí. Vuelva a la aplicación y empiece de nuevo, o elija otro banco.'],
      expired: ['Se acabó el tiempo', 'La autorización no se terminó a tiempo. Vuelva a la aplicación y empiece de nuevo.'],
      unavailable: ['Su banco no está disponible', 'No se puede contactar con su banco en este momento. Inténtelo de nuevo en unos minutos.'],
      reconnect: ['Vuelva a conectar su cuenta', 'Su banco ya no conoce esta conexión. Vuelva a la aplicación y conecte su cuenta de nuevo.'],
      interrupted: ['La autorización se interrumpió', 'Terminó antes de estar completa. Vuelva a la aplicación y empiece de nuevo.'],
      unsupported: ['Su banco no lo permite', 'Vuelva a la aplicación y elija otro banco u otra cuenta.'],
      failed: ['No ha funcionado', 'La autorización ha fallado. Vuelva a la aplicación y empiece de nuevo.'],
      gone: ['Esta página ha caducado', 'Vuelva a la aplicación; allí verá si su autorización está completa.'],
      refused: ['Este enlace no funciona', 'La página se abrió de una forma que no entendemos. Vuelva a la aplicación y empiece de nuevo.'],
      away: ['Inténtelo de nuevo', 'No hemos podido tramitar su autorización. Recargue esta página en unos segundos.'],
    },
    form: {
      title: 'Su banco pide algo más', line: 'Lo que escriba va a su banco y no se guarda aquí.', value: 'Sus datos', choice: 'Elija una opción', picture: 'Imagen de su banco', send: 'Continuar',
    },
    notices: {
      again: 'Su banco no lo ha aceptado. Inténtelo de nuevo.',
      unsent: 'No se pudo contactar con su banco. Inténtelo de nuevo.',
      incomplete: 'Rellene todo lo que pide su banco.',
    },
  },
} as const satisfies { readonly [language: string]: Texts }

export type Language = keyof typeof texts
